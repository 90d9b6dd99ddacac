import { useEffect, useState } from 'preact/hooks';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'storebeacon-console-theme';

/** Private windows may refuse storage; the choice then holds for this page. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** The chosen theme, written to `data-theme` of the page, where the stylesheet reads it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => THEMES.find((name) => name === recall(KEY)) ?? 'system');
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new Event('themechange'));
  }, [theme]);
  return [
    theme,
    (chosen) => {
      remember(KEY, chosen);
      setTheme(chosen);
    },
  ];
}

/** Counts up whenever the colours change, by the switch or by the system: what paints on a canvas paints again. */
export function useColours(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const onChange = () => setCount((former) => former + 1);
    system.addEventListener('change', onChange);
    addEventListener('themechange', onChange);
    return () => {
      system.removeEventListener('change', onChange);
      removeEventListener('themechange', onChange);
    };
  }, []);
  return count;
}
