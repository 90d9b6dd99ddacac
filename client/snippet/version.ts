/** Replaced by the build with the version of package.json. */
export const VERSION: string = '0.0.0';
