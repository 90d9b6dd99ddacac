import { THEMES, type Theme } from './theme.ts';
import { LANGUAGES, type Language, WORDS } from './words/index.ts';
import type { Words } from './words/words.ts';

export interface SettingsProps {
  language: Language;
  setLanguage: (language: Language) => void;
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

/** Language and colours, kept in this browser. */
export function Settings({
  words,
  language,
  setLanguage,
  theme,
  setTheme,
}: SettingsProps & { words: Words }) {
  return (
    <div class="settings">
      <label>
        <span class="unseen">{words.frame.language}</span>
        <select
          data-test="language"
          value={language}
          onChange={({ currentTarget: { value } }) => setLanguage(value as Language)}
        >
          {LANGUAGES.map((tag) => (
            <option key={tag} value={tag} lang={tag}>
              {WORDS[tag].frame.languageName}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="unseen">{words.frame.theme}</span>
        <select
          data-test="theme"
          value={theme}
          onChange={({ currentTarget: { value } }) => setTheme(value as Theme)}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {words.frame.themes[name]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
