/** Waits one turn of the event loop. Browsers have no `setImmediate`. */
export const turn = (): Promise<void> =>
  new Promise(done => {
    if (typeof setImmediate === 'function') setImmediate(done);
    else setTimeout(done);
  });
