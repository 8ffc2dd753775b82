/** Waits until all else that is due has had its turn. Browsers have no `setImmediate`. */
export const turn = (): Promise<void> =>
  new Promise(done => {
    if (typeof setImmediate === 'function') setImmediate(done);
    else setTimeout(done);
  });
