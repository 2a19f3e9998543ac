/** Files that were dropped or chosen, by path: folders are walked. Texts only, and not more than a cluster's configuration has. */

const MOST_BYTES = 3_000_000;
const MOST_FILES = 200;

export type Texts = Readonly<Record<string, string>>;

/** Throws an Error with words for people. */
export async function textsOf(
  files: readonly { readonly path: string; readonly file: File }[],
): Promise<Texts> {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  if (files.length > MOST_FILES)
    throw new Error(
      `${files.length} files are more than a cluster's configuration has; at most ${MOST_FILES} are read.`,
    );
  if (bytes > MOST_BYTES)
    throw new Error(
      `The files are ${(bytes / 1e6).toFixed(1)} MB; configuration files are not that large. None was read.`,
    );
  const texts: Record<string, string> = {};
  for (const { path, file } of files) texts[unused(path, texts)] = await file.text();
  return texts;
}

/** Two files of one name are of two hosts: the second gets a folder, whose name can be changed. */
function unused(path: string, texts: Texts): string {
  if (!Object.hasOwn(texts, path)) return path;
  let host = 2;
  while (Object.hasOwn(texts, `host${host}/${path}`)) host++;
  return `host${host}/${path}`;
}

export function chosenFiles(list: FileList | null | undefined): { path: string; file: File }[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Has to be called while the drop is being handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<{ path: string; file: File }[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = chosenFiles(transfer.files);
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found: { path: string; file: File }[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: { path: string; file: File }[]): Promise<void> {
  if (found.length > MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const inner of batch) await walk(inner, found);
  }
}
