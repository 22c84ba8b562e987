/** A service in workerd's configuration. */
interface Service {
  name: string;
  props?: { json: string };
}

/** A binding to D1 or R2 there, as wrangler's simulation makes it. */
interface Binding {
  name: string;
  service?: Service;
  r2Bucket?: Service;
  wrapped?: { moduleName: string; innerBindings: { name: string; service: Service }[] };
}

/** What makes the bindings to D1, or to R2, and the services behind them. */
export interface Plugin {
  getBindings(...given: unknown[]): Promise<Binding[]> | Binding[];
  getServices(given: { options: unknown; sharedOptions: unknown }): Promise<object[]>;
}

/** Bindings of the store that take HTTP as it comes from a Worker elsewhere. */
export const PLAIN = 'HTTP_';
/** The header that tells the store which of its bindings is meant. */
export const MEANT = 'x-store';

/** Where a Worker finds D1 and R2. */
export interface Stores {
  /** `HOST:PORT` of the store. */
  address: string;
  /** The store's name for a binding, where it is another one. */
  names: Record<string, string>;
}

/** The store answers for D1 and R2 itself, and has each a second time, as the service that a binding sends HTTP to. */
export function keepsThem({ getBindings, getServices }: Plugin): Plugin {
  return {
    getServices,
    async getBindings(...given) {
      const bindings = await getBindings(...given);
      return bindings.flatMap((one) => [one, { name: PLAIN + one.name, service: serviceOf(one) }]);
    },
  };
}

/**
 * A Worker whose D1 and R2 are in another process: what its bindings send goes there by HTTP, over connections that are
 * kept. wrangler's own way between processes opens a connection for each call, through an isolate in the Worker's process.
 */
export function findsThem({ getBindings, getServices }: Plugin, { address, names }: Stores): Plugin {
  const elsewhere = (name: string): Service => ({ name: `store:${name}` });
  return {
    async getBindings(...given) {
      const bindings = await getBindings(...given);
      return bindings.map((one) => {
        if (one.r2Bucket) return { ...one, r2Bucket: elsewhere(one.name) };
        const { moduleName = '', innerBindings: [{ name = '' } = {}] = [] } = one.wrapped ?? {};
        return { ...one, wrapped: { moduleName, innerBindings: [{ name, service: elsewhere(one.name) }] } };
      });
    },
    async getServices(given) {
      const bindings = await getBindings(given.options, given.sharedOptions);
      const services = bindings.map(({ name }) => ({
        ...elsewhere(name),
        external: { address, http: { injectRequestHeaders: [{ name: MEANT, value: names[name] ?? name }] } },
      }));
      return [...(await getServices(given)), ...services];
    },
  };
}

function serviceOf({ name, r2Bucket, wrapped }: Binding): Service {
  const service = r2Bucket ?? wrapped?.innerBindings[0]?.service;
  if (!service) throw new Error(`The simulation has no service behind ${name}.`);
  return service;
}
