// Stores the files of the page, so that it opens without a network. The model's files are stored by the page's worker.
export {};

interface Shell {
  /** A version that changes when any of the files changes. */
  readonly version: string;
  /** Paths of the page's files, relative to this script. */
  readonly files: readonly string[];
}

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL__: Shell;

const { version, files } = __SHELL__;
const prefix = 'shroom-page-';
const name = prefix + version;

self.addEventListener('install', event => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(request.mode === 'navigate' ? open(request) : find(request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(name);
  // The request bypasses the browser's HTTP cache, which may still have the files of an earlier version.
  await cache.addAll(files.map(file => new Request(file, { cache: 'no-cache' })));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter(each => each.startsWith(prefix) && each !== name);
  await Promise.all(old.map(each => caches.delete(each)));
}

/** Loads the page from the network, so that a new version appears at once. Without a network, returns the stored page. */
async function open(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(name)).match('./');
    if (kept) return kept;
    throw error;
  }
}

/** Returns a stored file if there is one. The names of files contain their hash, so a stored file is never out of date. */
async function find(request: Request): Promise<Response> {
  const kept = await (await caches.open(name)).match(request);
  return kept ?? fetch(request);
}
