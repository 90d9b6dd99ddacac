#!/usr/bin/env node
import { runProgram } from '../lib/process.ts';
import { readVersion, requireNode } from '../lib/version.ts';
import { asksForHelp, failUsage, runCommand } from './command.ts';
import { ensureNodeFlags } from './node-flags.ts';
import { COMMANDS } from './registry.ts';

const USAGE = `Usage: storebeacon <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(12)}${about}\n`)
  .join('')}
  storebeacon <command> --help   explains a command
  storebeacon --version          prints the version
`;

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === '--version') return void process.stdout.write(`${readVersion()}\n`);
  if (name !== undefined && asksForHelp([name])) return void process.stdout.write(USAGE);
  if (name === undefined) return failUsage('Which command?', USAGE);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) return failUsage(`Unknown command: ${name}`, USAGE);
  requireNode(process.versions.node);
  // Before hundreds of modules are loaded.
  ensureNodeFlags(entry.nodeFlags ?? []);
  await runCommand((await entry.load()).command, args);
}

// Not awaited: commands that are loaded import modules of this file's bundle.
void runProgram(() => main(process.argv.slice(2)));
