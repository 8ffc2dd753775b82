/** How the items of lazy lists are made. */
const makers = new WeakMap<object, Made<unknown>>();

interface Made<T> {
  readonly make: (index: number) => T;
  readonly fields: Fields<T>;
}

/** How single fields of an item are made, where that is faster than to make the item. */
export type Fields<T> = { readonly [Name in keyof T]?: (index: number) => T[Name] };

/**
 * A list whose items are made whenever they are asked for. A million photos take many times more memory as objects than as columns of
 * numbers and bytes. It is an array for all who read it, but two reads of an item give two objects.
 *
 * @param make Makes an item. Equal numbers have to give equal items.
 */
export function lazyList<T>(
  length: number,
  make: (index: number) => T,
  fields: Fields<T> = {},
): readonly T[] {
  const numberOf = (key: string | symbol): number => {
    const index = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1;
    return index < length ? index : -1;
  };
  const refuse = () => {
    throw new TypeError('This list cannot be changed. Copy it first: [...list].');
  };
  // V8 gives an array room for its items at once, 8 bytes for each, unless it was once longer than what it gives room for.
  const empty: T[] = [];
  empty.length = 2 ** 30;
  empty.length = length;
  const list = new Proxy<T[]>(empty, {
    get: (target, key) => {
      const index = numberOf(key);
      return index < 0 ? Reflect.get(target, key) : make(index);
    },
    has: (target, key) => numberOf(key) >= 0 || Reflect.has(target, key),
    getOwnPropertyDescriptor: (target, key) => {
      const index = numberOf(key);
      if (index < 0) return Reflect.getOwnPropertyDescriptor(target, key);
      return { value: make(index), writable: true, enumerable: true, configurable: true };
    },
    ownKeys: target => [
      ...Array.from({ length }, (_, index) => String(index)),
      ...Reflect.ownKeys(target),
    ],
    ...{ set: refuse, deleteProperty: refuse, defineProperty: refuse },
  });
  makers.set(list, { make, fields });
  return list;
}

/** Reads items of a list. Of a lazy one, it is faster than to read them as those of an array. */
export function itemOf<T>(list: readonly T[]): (index: number) => T {
  const made = makers.get(list) as Made<T> | undefined;
  return made?.make ?? (index => list[index]!);
}

/** Reads a field of the items of a list. Items of a lazy list are not made for it, if their fields can be made alone. */
export function fieldOf<T, Name extends keyof T>(
  list: readonly T[],
  name: Name,
): (index: number) => T[Name] {
  const made = makers.get(list) as Made<T> | undefined;
  const item = itemOf(list);
  return made?.fields[name] ?? (index => item(index)[name]);
}

/** Makes one list of another: at once, or lazily if the other one is lazy. */
export const listLike = <T>(
  other: readonly unknown[],
  length: number,
  make: (index: number) => T,
  fields: Fields<T> = {},
): readonly T[] =>
  makers.has(other)
    ? lazyList(length, make, fields)
    : Array.from({ length }, (_, index) => make(index));

/** The places in a list of this length for which something is true. */
export function placesWhere(length: number, is: (place: number) => boolean): Uint32Array {
  const places = new Uint32Array(length);
  let count = 0;
  for (let place = 0; place < length; place++) if (is(place)) places[count++] = place;
  // A view of a few would keep room for all.
  return count === length ? places : places.slice(0, count);
}
