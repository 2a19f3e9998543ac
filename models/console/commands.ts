/** The commands that the console has, by name. How to add one: command.ts. */
import type { Command } from './command.ts';
import { crictl, docker } from './containers.ts';
import { curl } from './curl.ts';
import { etcdDaemon } from './etcd-daemon.ts';
import { etcdctl } from './etcdctl/etcdctl.ts';
import { ls, mkdir, mvOrCp, rm, scp } from './file-commands.ts';
import { cat, echo, grep, headOrTail, sleep, sort, trueOrFalse, wc } from './filters.ts';
import { chkconfig, daemonVersion, id, ownerOrMode, sh, ssh, sysctl } from './host-commands.ts';
import { kubeadm } from './kubeadm/kubeadm.ts';
import { kubectl } from './kubectl/kubectl.ts';
import { arp, ip, nc, ping } from './net-commands.ts';
import { openssl } from './openssl.ts';
import { apt } from './packages.ts';
import { netstat, ss } from './sockets.ts';
import { journalctl, service, systemctl } from './systemctl.ts';
import { base64, sed, tr } from './text-commands.ts';
import { date, hostname, sudo, watch } from './wrappers.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  etcd: etcdDaemon,
  etcdctl,
  etcdutl: etcdctl,
  cat,
  echo,
  grep,
  egrep: grep,
  fgrep: grep,
  head: headOrTail,
  tail: headOrTail,
  wc,
  rm,
  mv: mvOrCp,
  cp: mvOrCp,
  scp,
  ls,
  mkdir,
  sort,
  kubeadm,
  apt,
  'apt-get': apt,
  sed,
  tr,
  base64,
  sh,
  bash: sh,
  ssh,
  sysctl,
  chkconfig,
  openssl,
  id,
  chown: ownerOrMode,
  chmod: ownerOrMode,
  haproxy: daemonVersion,
  keepalived: daemonVersion,
  kubectl,
  k: kubectl,
  systemctl,
  journalctl,
  service,
  ip,
  arp,
  ss,
  netstat,
  ping,
  nc,
  curl,
  crictl,
  docker,
  sudo,
  env: sudo,
  watch,
  hostname,
  date,
  sleep,
  true: trueOrFalse,
  false: trueOrFalse,
};

/** Undefined: there is no such command. A path such as /usr/bin/etcdctl means the same as its last part. */
export function commandNamed(name: string): Command | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return Object.hasOwn(COMMANDS, base) ? COMMANDS[base] : undefined;
}

export function commandNames(): string[] {
  return Object.keys(COMMANDS).sort();
}
