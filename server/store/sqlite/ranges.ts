/** Numbers of events as `3-7,9`: the fewest ranges, since neighbours are usually settled together. */
export function toRanges(seqs: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}

export function rangesOf(text: string): [from: number, to: number][] {
  if (text === '') return [];
  return text.split(',').map((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return [from, to];
  });
}

export const countOf = (text: string): number =>
  rangesOf(text).reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** Which of these numbers ranges hold. */
export const heldOf = (seqs: ReadonlySet<number>) => selectFrom(seqs, (seq) => seq);

/** At which places of ranges any of these numbers stand, counted from 0 in ascending order. */
export const placesOf = (seqs: ReadonlySet<number>) => selectFrom(seqs, (_seq, place) => place);

function selectFrom(
  seqs: ReadonlySet<number>,
  select: (seq: number, place: number) => number,
): (text: string) => number[] {
  const sorted = [...seqs].sort((a, b) => a - b);
  return (text) => {
    const found: number[] = [];
    let before = 0;
    for (const [from, to] of rangesOf(text)) {
      for (let index = firstFrom(sorted, from); ; index++) {
        const seq = sorted[index];
        if (seq === undefined || seq > to) break;
        found.push(select(seq, before + seq - from));
      }
      before += to - from + 1;
    }
    return found;
  };
}

/** The index of the least of the sorted numbers that is not below `from`. */
function firstFrom(sorted: readonly number[], from: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `delivered:3-7 rejected:8`: ranges by the outcome they have in a request. */
export const resultsOf = (text: string | null): [outcome: string, ranges: string][] =>
  partsOf(text).filter(([outcome]) => !outcome.startsWith(END));

/** `=open:3 =rejected:8`: ranges by what the events came to, where that is something else. */
export const endsOf = (text: string | null): [outcome: string, ranges: string][] =>
  partsOf(text).flatMap(([outcome, ranges]) =>
    outcome.startsWith(END) ? [[outcome.slice(END.length), ranges]] : [],
  );

export const END = '=';

const partsOf = (text: string | null): [outcome: string, ranges: string][] =>
  (text ?? '').split(' ').flatMap((part) => {
    const [outcome = '', ranges = ''] = part.split(':');
    return outcome === '' ? [] : [[outcome, ranges]];
  });
