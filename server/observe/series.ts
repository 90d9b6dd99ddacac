type Labels = Readonly<Record<string, string>>;

/**
 * Returns the value for a combination of labels; `make` creates it at the first call. It costs one map lookup per label
 * and builds no text, because it is called several times per event.
 *
 * @param names every label.
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
