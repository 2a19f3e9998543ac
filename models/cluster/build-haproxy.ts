/** HAProxy's configuration: what its haproxy.cfg says, with the parameters written over it. */
import type { BackendConfig, HaproxyConfig, ServerConfig, Timeouts } from '../haproxy/config.ts';
import { haproxy } from '../haproxy/process.ts';
import { readHaproxyCfg } from '../haproxy/read-cfg.ts';
import type { Daemon, Site } from './build.ts';
import { microseconds } from './parameters.ts';
import { haproxyRunsAs } from './versions.ts';

type Settings = Readonly<Record<string, string | number | boolean>>;

export function haproxyProcess(site: Site): Daemon {
  const { topology, host } = site;
  const file = topology.haproxy?.[host.name] as string;
  const { config, findings } = readHaproxyCfg(topology.files?.[file] as string, file);
  site.findings.push(...findings);
  const settings = site.settings('haproxy');
  const asked = (settings['version'] as string | undefined) ?? topology.versions.haproxy;
  const version =
    asked === undefined ? config.version : (haproxyRunsAs(String(asked))?.version ?? config.version);
  return { type: haproxy, config: withSettings({ ...config, version }, settings) };
}

function ms(value: string | number | boolean | undefined): number | undefined {
  const us = microseconds(value);
  return us === undefined ? undefined : us / 1000;
}

/** Only what was given replaces what the file says. */
function given<T extends object>(values: { [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function withSettings(config: HaproxyConfig, settings: Settings): HaproxyConfig {
  if (Object.keys(settings).length === 0) return config;
  const timeouts = given<Timeouts>({
    connect: ms(settings['timeout.connect']),
    check: ms(settings['timeout.check']),
    client: ms(settings['timeout.client']),
    server: ms(settings['timeout.server']),
    queue: ms(settings['timeout.queue']),
  });
  const server = (one: ServerConfig): ServerConfig => {
    if (one.check === undefined) return one;
    const check = given<NonNullable<ServerConfig['check']>>({
      inter: ms(settings['inter']),
      fastinter: ms(settings['fastinter']),
      downinter: ms(settings['downinter']),
      rise: settings['rise'] as number | undefined,
      fall: settings['fall'] as number | undefined,
    });
    return { ...one, check: { ...one.check, ...check } };
  };
  const backend = (one: BackendConfig): BackendConfig => {
    const { redispatch: _, ...rest } = one;
    const redispatch =
      settings['redispatch'] === undefined
        ? one.redispatch
        : settings['redispatch'] === true
          ? (one.redispatch ?? -1)
          : undefined;
    return {
      ...rest,
      ...(redispatch === undefined ? {} : { redispatch }),
      ...given<BackendConfig>({
        balance: settings['balance'] as BackendConfig['balance'],
        retries: settings['retries'] as number | undefined,
      }),
      timeouts: { ...one.timeouts, ...timeouts },
      servers: one.servers.map(server),
    };
  };
  return {
    ...config,
    frontends: config.frontends.map((one) => ({ ...one, timeouts: { ...one.timeouts, ...timeouts } })),
    backends: config.backends.map(backend),
  };
}
