import { App } from './app';

void new App().load();

// Keeps the page itself for use without a network; the worker keeps the model.
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker
    .register(new URL('service-worker.js', document.baseURI))
    .catch((error: Error) => {
      document
        .getElementById('offline')
        ?.append(` It is not kept for use without a network: ${error.message}`);
    });
  void navigator.storage?.persist?.();
}
