/** Addresses of blocks of so many bytes, one after the other, and the end. */
export function layOut(sizes: readonly number[]): number[] {
  let end = 0;
  const begins = sizes.map(size => {
    const begin = end;
    end = Math.ceil((begin + size) / 16) * 16;
    return begin;
  });
  return [...begins, end];
}
