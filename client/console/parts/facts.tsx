import type { ComponentChildren } from 'preact';

/** Names with their values. Absent values are left out. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const known = of.filter(
    ([, value]) => value !== undefined && value !== null && value !== false && value !== '',
  );
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Large numbers with their names. */
export function Figures({
  of,
}: {
  of: readonly (readonly [name: string, value: ComponentChildren, href?: string])[];
}) {
  return (
    <dl class="figures">
      {of.map(([name, value, href]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{href ? <a href={href}>{value}</a> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
