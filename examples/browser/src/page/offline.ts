/**
 * Stores the files of the page for offline use. (The worker stores the files of the model.)
 *
 * @returns Whether the files are stored. The promise resolves after they are.
 */
export async function keepPage(): Promise<boolean> {
  // `serviceWorker` does not exist if the page was not loaded over https, and is not used in development.
  if (!('serviceWorker' in navigator) || import.meta.hot) return false;
  try {
    await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    await navigator.serviceWorker.ready;
    // Asks the browser not to delete the stored files when space runs short.
    await navigator.storage?.persist?.();
    return true;
  } catch {
    return false;
  }
}
