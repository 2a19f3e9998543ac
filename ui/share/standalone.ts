/** A run as one HTML file that needs nothing else: the replay element, its script and the run in it. */
import type { RunRecord } from '../../scenarios/run-record.ts';

/** `script`: text of replay.js. Nothing of the run becomes markup. */
export function standaloneHtml(record: RunRecord, script: string, title: string, atMs: number): string {
  const data = JSON.stringify(record).replaceAll('<', '\\u003c');
  const heading = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>${heading}</title>
<style>html, body { height: 100%; margin: 0 } quorate-replay { height: 100% }</style>
</head>
<body>
<quorate-replay at="${atMs / 1_000}s"><script type="application/json">${data}</script></quorate-replay>
<script type="module">${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}
