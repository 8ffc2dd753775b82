/** Kinds of files that people often give by mistake, by their first bytes, with what to do. */
const otherFiles: Readonly<Record<string, string>> = {
  PK: "a zip file, as torch.save writes it; safetensors.torch.save_file writes a model's state_dict as safetensors",
  'version ': 'a Git LFS pointer; `git lfs pull` downloads the file itself',
  '<': 'a web page; download the file itself from its raw address',
  '\u0080\u0002':
    "a Python pickle; safetensors.torch.save_file writes a model's state_dict as safetensors",
  '\u0089HDF': 'HDF5, which Keras writes; convert it with tensorflowjs_converter',
};

/** What a file is by its first eight bytes, and what to do with it; `undefined` if that is not known. */
export function otherFile(prefix: Uint8Array): string | undefined {
  const start = String.fromCharCode(...prefix.subarray(0, 8));
  return Object.entries(otherFiles).find(([magic]) => start.startsWith(magic))?.[1];
}
