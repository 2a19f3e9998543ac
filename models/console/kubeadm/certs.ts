/**
 * `kubeadm certs check-expiration` and `kubeadm certs renew NAME|all` (`kubeadm alpha certs` until 1.19).
 *
 * Source: k/k cmd/kubeadm/app/cmd/certs.go commit 035f22d7 (columns, words; a cluster that does not answer is no obstacle).
 */
import { configMapPath } from '../../kube-apiserver/api.ts';
import type { Script } from '../command.ts';
import { civilTime } from '../wall-clock.ts';
import { ask } from './api.ts';
import { AUTHORITY_US, certificatesOf, expiries, issue, validityUs } from './certificates.ts';
import { endpointOf, fail, isBroken, type Kubeadm, say, sayTable, wallUs } from './session.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SECOND_US = 1_000_000;

/** `Jan 05, 2027 00:00 UTC` */
function dateText(us: number): string {
  const { year, month, day, hour, minute } = civilTime(us);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${MONTHS[month - 1]} ${two(day)}, ${year} ${two(hour)}:${two(minute)} UTC`;
}

/** apimachinery ShortHumanDuration: `364d`, `5m`, `<invalid>`. */
export function shortDuration(us: number): string {
  const seconds = Math.trunc(us / SECOND_US);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24 / 365)}y`;
}

/** The cluster's configuration is asked for, and done without if need be. */
function* readConfig(kubeadm: Kubeadm, prefix: string): Script<void> {
  const { minor } = kubeadm;
  say(kubeadm, `[${prefix}] Reading configuration from the cluster...`);
  const path = configMapPath('kube-system', 'kubeadm-config');
  const answer = yield* ask(kubeadm, endpointOf(kubeadm), 'GET', path);
  if (isBroken(answer) && answer.status !== 404)
    say(
      kubeadm,
      `[${prefix}] Error reading configuration from the Cluster. Falling back to default configuration\n`,
    );
  else
    say(
      kubeadm,
      `[${prefix}] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config ${minor >= 20 ? '-o yaml' : '-oyaml'}'\n`,
    );
}

export function* checkExpiration(kubeadm: Kubeadm): Script {
  const { minor, call } = kubeadm;
  const { place } = call;
  yield* readConfig(kubeadm, 'check-expiration');
  const nowUs = yield* wallUs();
  const expiry = yield* expiries(place);
  const known = certificatesOf(minor, place.topology.etcd.placement === 'stacked');
  const rows = known.map(({ name, authority }) => {
    const us = expiry(name);
    const by = authority === '' && minor >= 22 ? 'ca' : authority;
    return [name, dateText(us), shortDuration(us - nowUs), by, 'no      '];
  });
  sayTable(kubeadm, [
    ['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED'],
    ...rows,
  ]);
  say(kubeadm, '');
  const authorities = ['ca', 'etcd-ca', 'front-proxy-ca'].filter((name) =>
    known.some(({ authority }) => authority === name),
  );
  sayTable(kubeadm, [
    ['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED'],
    ...authorities.map((name) => [
      name,
      dateText(AUTHORITY_US),
      shortDuration(AUTHORITY_US - nowUs),
      'no      ',
    ]),
  ]);
  return 0;
}

/** All certificates of a control plane that comes to be, where they are made to expire. */
export function* issueAll({ call: { place }, minor }: Kubeadm): Script<void> {
  if (validityUs(place) === undefined) return;
  const known = certificatesOf(minor, place.topology.etcd.placement === 'stacked');
  yield* issue(
    place,
    known.map(({ name }) => name),
    yield* wallUs(),
  );
}

export function* renew(kubeadm: Kubeadm): Script {
  const { minor, call, args } = kubeadm;
  const { place } = call;
  const known = certificatesOf(minor, place.topology.etcd.placement === 'stacked');
  const [wanted] = args;
  const chosen = known.filter(({ name }) => wanted === 'all' || wanted === name);
  if (chosen.length === 0)
    return fail(
      kubeadm,
      `unknown command "${wanted ?? ''}" for "kubeadm certs renew"; there are all, ${known.map(({ name }) => name).join(', ')}`,
    );
  yield* readConfig(kubeadm, 'renew');
  yield* issue(
    place,
    chosen.map(({ name }) => name),
    yield* wallUs(),
  );
  for (const { longName } of chosen) say(kubeadm, `${longName} renewed`);
  if (wanted === 'all')
    say(
      kubeadm,
      '\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.',
    );
  return 0;
}
