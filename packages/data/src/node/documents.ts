/** Extensions of files that lie beside photos: annotations, tables, notes, programs, weights, archives. */
const endings = new Set(
  (
    'bak bib cache cfg conf csv dat data db doc docx geojson gz h5 hdf5 htm html index info ini ipynb json jsonl kml lnk log m mat md ' +
    'md5 names ndjson npy npz ods onnx parquet pdf pickle pkl prototxt ps1 pt pth py r rar rst rtf sh sha256 sql sqlite tar tex ' +
    'tfrecord tfrecords tgz toml tsv txt url xls xlsx xml xz yaml yml zip 7z'
  ).split(' '),
);
const names = /^(authors|changelog|citation|copying|licen[cs]e|readme|sha\d*sums|md5sums)$/i;

/** Whether the name of a file shows that it is not a photo. */
export const isDocument = (name: string): boolean => {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? names.test(name) : endings.has(name.slice(dot + 1).toLowerCase());
};
