/**
 * Keeps the files of the page for use without a network. (The worker keeps those of the model.)
 *
 * @returns Whether they are kept, when they are.
 */
export async function keepPage(): Promise<boolean> {
  // Absent where the page did not come over https, and not wanted while it is developed.
  if (!('serviceWorker' in navigator) || import.meta.hot) return false;
  try {
    await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    await navigator.serviceWorker.ready;
    // Asks that it is not thrown away when space gets scarce.
    await navigator.storage?.persist?.();
    return true;
  } catch {
    return false;
  }
}
