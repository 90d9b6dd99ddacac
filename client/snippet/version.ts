/** The build puts the version of package.json here. */
export const VERSION: string = '0.0.0';
