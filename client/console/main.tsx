import { render } from 'preact';
import { App } from './app.tsx';

const page = document.getElementById('console');
// The script is `<collector>/console/console.js`, whatever prefix the collector is served under.
if (page) render(<App base={new URL('../', import.meta.url).href} />, page);
