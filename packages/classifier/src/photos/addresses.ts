/** Whether a place is an address, such as `s3://bucket/photos` or `hf:someone/photos`. Names of files may have colons too. */
export const isAddress = (place: string): boolean =>
  /^[a-z][a-z0-9+.-]+:\/\/|^(hf|kaggle):/.test(place);

/** Places as messages show them: addresses without passwords and queries, which may be signatures. */
export const shownPlaces = (places: readonly string[]): string =>
  places
    .map(place =>
      /^https?:/.test(place)
        ? place.replace(/^(https?:\/\/)[^/?#]*@/, '$1').replace(/\?.*$/s, '?…')
        : place,
    )
    .join(', ');
