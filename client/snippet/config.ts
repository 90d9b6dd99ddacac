const tag = (document.currentScript || document.createElement('script')) as HTMLScriptElement;

/** The attributes of the script tag; README.md says what each means. */
export const options = tag.dataset;

/** Where the script came from: `https://h/x/s.js` and `https://h/x/s/1.2.3.js` both give `https://h/x`. */
export const base = tag.src.replace(/(\/s(?=\/\d))?\/[^/]*$/, '');
