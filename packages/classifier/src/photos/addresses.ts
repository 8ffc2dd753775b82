/** Whether a place is an address, such as `s3://bucket/photos` or `hf:someone/photos`. Names of files may have colons too. */
export const isAddress = (place: string): boolean =>
  /^[a-z][a-z0-9+.-]+:\/\/|^(hf|kaggle):/.test(place);
