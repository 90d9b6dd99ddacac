import type { Router } from 'express';

/** What Express keeps of a router. */
interface Layer {
  match(path: string): boolean;
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

const MOUNTED_AT = ['/admin'];

/** `GET /admin/status` and so on: every route of a router and of those mounted in it. */
export function routesOf(router: Router): string[] {
  return walk(router.stack as unknown as Layer[], '');
}

function walk(layers: readonly Layer[], prefix: string): string[] {
  return layers.flatMap((layer) => {
    const { route, handle } = layer;
    if (route)
      return [route.path]
        .flat()
        .flatMap((path) =>
          Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${prefix}${path}`),
        );
    if (!handle.stack) return [];
    const mount = MOUNTED_AT.find((path) => layer.match(`${path}/any`) && !layer.match('/other/any')) ?? '';
    return walk(handle.stack, prefix + mount);
  });
}
