/**
 * Tidings as a package: the configuration's types, and the application for hosts of one's own. `tidings/node` opens
 * everything that it needs on Node.
 */
export type { Config, ConfigInput, Where } from './config/config.ts';
export { ConfigError, defineConfig, resolveConfig } from './config/config.ts';
export type { Home } from './home.ts';
export { createApp } from './http/app.ts';
