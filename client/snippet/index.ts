import { readTag } from './config.ts';
import { guard } from './page.ts';
import { start } from './start.ts';

guard(readTag)();
start();
