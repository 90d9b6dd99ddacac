type Labels = Readonly<Record<string, string>>;

/**
 * Finds what belongs to one combination of label values; `make` makes it when it is first asked for. One map lookup
 * per label and no text built, since it is called several times per event.
 *
 * @param names every label, in the order `make` will see them.
 */
export function createSeries<T>(
  names: readonly string[],
  make: (labels: Record<string, string>) => T,
): (labels: Labels) => T {
  const [name, ...others] = names;
  if (name === undefined) {
    let only: T | undefined;
    return () => (only ??= make({}));
  }
  const branches = new Map<string, (labels: Labels) => T>();
  return (labels) => {
    const value = labels[name] ?? '';
    let branch = branches.get(value);
    if (!branch) {
      branch = createSeries(others, (rest) => make({ [name]: value, ...rest }));
      branches.set(value, branch);
    }
    return branch(labels);
  };
}
