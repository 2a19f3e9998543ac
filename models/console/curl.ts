/**
 * curl: one URL, over the simulated network.
 *
 * Sources: curl(1) and libcurl-errors(3) for exit codes and words (7.68 to 7.81). Certificates: those of a cluster are signed by
 * its own CA, which the host does not trust, so that https needs -k (60 without it). The statistics of HAProxy come as CSV;
 * its page is shown as the table that a browser would show. Unit: microseconds.
 */
import { type Call, type Fetched, fetchOne, type Script } from './command.ts';
import { writeFile } from './files.ts';
import { resolveName } from './net-words.ts';

/** curl's own limit of a connect: --connect-timeout 300 s; the kernel gives up before. */
const CONNECT_TIMEOUT_US = 127_000_000;
const LONGEST_US = 600_000_000;

interface Options {
  readonly url: string;
  readonly insecure: boolean;
  readonly silent: boolean;
  readonly showError: boolean;
  readonly fail: boolean;
  readonly head: boolean;
  readonly output: string | undefined;
  readonly format: string | undefined;
  readonly maxUs: number | undefined;
  readonly connectUs: number;
  readonly method: string;
}

const SWITCHES: Readonly<Record<string, Partial<Options>>> = {
  '-k': { insecure: true },
  '--insecure': { insecure: true },
  '-s': { silent: true },
  '--silent': { silent: true },
  '-S': { showError: true },
  '--show-error': { showError: true },
  '-f': { fail: true },
  '--fail': { fail: true },
  '-I': { head: true },
  '--head': { head: true },
  '-v': {},
  '-L': {},
};

const VALUES: Readonly<Record<string, (value: string) => Partial<Options>>> = {
  '-o': (value) => ({ output: value }),
  '--output': (value) => ({ output: value }),
  '-w': (value) => ({ format: value }),
  '--write-out': (value) => ({ format: value }),
  '-m': (value) => ({ maxUs: Number(value) * 1_000_000 }),
  '--max-time': (value) => ({ maxUs: Number(value) * 1_000_000 }),
  '--connect-timeout': (value) => ({ connectUs: Number(value) * 1_000_000 }),
  '-X': (value) => ({ method: value }),
  '--request': (value) => ({ method: value }),
  '-u': () => ({}),
  '--user': () => ({}),
  '-H': () => ({}),
  '--header': () => ({}),
  '--cacert': () => ({ insecure: true }),
  '--cert': () => ({}),
  '--key': () => ({}),
};

function read(args: readonly string[]): Options | string {
  let options: Options = {
    url: '',
    insecure: false,
    silent: false,
    showError: false,
    fail: false,
    head: false,
    output: undefined,
    format: undefined,
    maxUs: undefined,
    connectUs: CONNECT_TIMEOUT_US,
    method: 'GET',
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-')) {
      options = { ...options, url: arg };
      continue;
    }
    const letters = /^-[a-zA-Z]{2,}$/.test(arg) ? [...arg.slice(1)].map((letter) => `-${letter}`) : [arg];
    for (const one of letters) {
      if (Object.hasOwn(SWITCHES, one)) options = { ...options, ...SWITCHES[one] };
      else if (Object.hasOwn(VALUES, one)) options = { ...options, ...VALUES[one]?.(args[++i] ?? '') };
      else
        return `curl: option ${arg}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`;
    }
  }
  return options.url === ''
    ? "curl: no URL specified!\ncurl: try 'curl --help' for more information\n"
    : options;
}

interface Url {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function urlOf(text: string): Url | undefined {
  const found = /^(?:(https?):\/\/)?(?:[^@/]*@)?([^:/?]+)(?::(\d+))?([/?;].*)?$/.exec(text);
  if (found === null) return undefined;
  const [, scheme = 'http', host = '', port, path = '/'] = found;
  return { tls: scheme === 'https', host, port: Number(port ?? (scheme === 'https' ? 443 : 80)), path };
}

/** Exit code and words of what went wrong; undefined if there is an answer. */
function problem(fetched: Fetched, url: Url, options: Options): readonly [number, string] | undefined {
  const ms = Math.round(fetched.tookUs / 1000);
  const to = `${url.host} port ${url.port} after ${ms} ms`;
  switch (fetched.outcome) {
    case 'response':
    case 'connected':
      return undefined;
    case 'refused':
      return [7, `Failed to connect to ${to}: Connection refused`];
    case 'no-route':
      return [7, `Failed to connect to ${to}: No route to host`];
    case 'timeout':
      if (fetched.connected || options.maxUs !== undefined)
        return [
          28,
          fetched.connected
            ? `Operation timed out after ${ms} milliseconds with 0 bytes received`
            : `Connection timed out after ${ms} milliseconds`,
        ];
      return [28, `Failed to connect to ${to}: Connection timed out`];
    case 'alert':
      return [35, 'error:0A00010B:SSL routines::wrong version number'];
    case 'reset':
      return fetched.greeted || !url.tls
        ? [56, 'Recv failure: Connection reset by peer']
        : [
            35,
            'OpenSSL SSL_connect: Connection reset by peer in connection to '.concat(
              `${url.host}:${url.port} `,
            ),
          ];
    default:
      return fetched.greeted || !url.tls
        ? [52, 'Empty reply from server']
        : [35, `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to ${url.host}:${url.port} `];
  }
}

/** HAProxy's statistics as a page: the columns that people read. */
export function statsPage(csv: string): string {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const names = head.replace(/^# /, '').split(',');
  const shown = [
    'pxname',
    'svname',
    'scur',
    'smax',
    'stot',
    'econ',
    'wretr',
    'status',
    'check_status',
    'chkfail',
    'chkdown',
  ];
  const titles = ['', '', 'Cur', 'Max', 'Total', 'Conn err', 'Retr', 'Status', 'LastChk', 'Chk', 'Dwn'];
  const cell = (tag: string) => (text: string) => `<${tag}>${text}</${tag}>`;
  const rows = lines.map((line) => {
    const values = line.split(',');
    return `<tr>${shown.map((name) => cell('td')(values[names.indexOf(name)] ?? '')).join('')}</tr>`;
  });
  return `<html><head><title>Statistics Report for HAProxy</title></head><body>\n<table>\n<tr>${titles.map(cell('th')).join('')}</tr>\n${rows.join('\n')}\n</table>\n</body></html>\n`;
}

function bodyText(body: unknown, path: string): string {
  if (body === undefined || body === null) return '';
  if (typeof body !== 'string') return `${JSON.stringify(body, null, 2)}\n`;
  return body.startsWith('# pxname') && !path.endsWith(';csv') ? statsPage(body) : body;
}

export function* curl(call: Call): Script {
  const options = read(call.args);
  if (typeof options === 'string') {
    call.err(options);
    return 2;
  }
  const fail = (code: number, text: string): number => {
    if (!options.silent || options.showError) call.err(`curl: (${code}) ${text}\n`);
    return code;
  };
  const url = urlOf(options.url);
  if (url === undefined) return fail(3, 'URL using bad/illegal format or missing URL');
  const to = resolveName(call.place, url.host);
  if (to === undefined) return fail(6, `Could not resolve host: ${url.host}`);
  const fetched = yield* fetchOne({
    to,
    port: url.port,
    tls: url.tls,
    method: options.head ? 'HEAD' : options.method,
    path: url.path,
    timeoutUs: options.maxUs ?? LONGEST_US,
    dialTimeoutUs: Math.min(options.connectUs, options.maxUs ?? options.connectUs),
  });
  const wrong = problem(fetched, url, options);
  if (wrong !== undefined) {
    writeOut(call, options, 0, fetched.tookUs);
    return fail(...wrong);
  }
  if (url.tls && !options.insecure) {
    return fail(
      60,
      'SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html',
    );
  }
  const { status, body } = fetched;
  if (options.fail && status >= 400) return fail(22, `The requested URL returned error: ${status}`);
  const text = options.head ? `HTTP/1.1 ${status}\n\n` : bodyText(body, url.path);
  if (options.output === undefined) call.out(text);
  else if (options.output !== '/dev/null') yield* writeFile(call.place.host, options.output, text);
  writeOut(call, options, status, fetched.tookUs);
  return 0;
}

function writeOut(call: Call, { format }: Options, status: number, tookUs: number): void {
  if (format === undefined) return;
  call.out(
    format
      .replaceAll('%{http_code}', String(status).padStart(3, '0'))
      .replaceAll('%{time_total}', (tookUs / 1e6).toFixed(6))
      .replaceAll('\\n', '\n'),
  );
}
