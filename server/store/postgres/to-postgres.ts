/** Texts and names in quotes, parameters, and names in camel case, which PostgreSQL would fold to small letters. */
const PARTS = /'(?:[^']|'')*'|"[^"]*"|\?(\d*)|\b[a-z]+(?:[A-Z][a-z0-9]*)+\b/g;
/** What only SQLite needs: the name of its own file, hints for its planner, its ways to say that there is no limit, or any. */
const HINTS =
  /\bmain\.| INDEXED BY \w+|\bCROSS (?=JOIN)| LIMIT -1(?= OFFSET)|(?<=\bLIMIT \?\d*) \+ 0\b|\+(?=[a-z_.]+ =)/g;

/** A statement with SQLite's parameters, `?` and `?1`, as PostgreSQL reads it. */
export function toPostgres(sql: string): string {
  let next = 0;
  return sql.replace(HINTS, '').replace(PARTS, (part, number?: string) => {
    if (part.startsWith('?')) return `$${number || ++next}`;
    return /^['"]/.test(part) ? part : `"${part}"`;
  });
}
