/** Addresses of blocks of these sizes that lie one after another, and the address after the last one. */
export function layOut(sizes: readonly number[]): number[] {
  let end = 0;
  const begins = sizes.map(size => {
    const begin = end;
    end = Math.ceil((begin + size) / 16) * 16;
    return begin;
  });
  return [...begins, end];
}
