/** Makes pictures for a test: fields of two shades. */
export function generate({ shade }, [height, width] = [40, 60]) {
  const data = new Uint8Array(height * width * 3);
  for (let place = 0; place < height * width; place++)
    data.fill(shade + 7 * ((place >> 2) % 5), 3 * place, 3 * place + 3);
  return { data, height, width };
}
