// One install at a time in a clone, also when an installer was killed. Plain JavaScript, for the same reason as
// ensure-installed.mjs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS = 10 * 60_000; // longer than an install over a slow line
const POLL_MS = 200;

/**
 * Does the work while holding the lock, and waits for it before. The work is given `alsoHeldBy(pid)`: that process
 * keeps the lock too, for npm may outlive who started it.
 *
 * The lock is a folder with its holders' names in it. It comes into being by a rename, which fails where there is a
 * folder that is not empty; a dead holder's is renamed to a name of its own, which fails when another has done so
 * before. So neither step can be done twice.
 */
export async function withLock(lock, work) {
  const self = identify(process.pid);
  const mine = `${lock}.${self}`;
  mkdirSync(join(mine, self), { recursive: true });
  const deadline = Date.now() + WAIT_MS;
  for (let told = false; !tryRename(mine, lock); await sleep(POLL_MS)) {
    if (clearDead(lock)) continue;
    if (Date.now() > deadline)
      throw new Error(`another install has not ended; if none is running, delete ${lock}`);
    if (!told) console.log("Waiting for another install to end…");
    told = true;
  }
  try {
    await work((pid) => mkdirSync(join(lock, identify(pid) ?? "ended")));
  } finally {
    sweep(lock);
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Puts aside the lock of holders who have all ended; false while one lives. */
function clearDead(lock) {
  const holders = existsSync(lock) ? readdirSync(lock) : [];
  if (holders.length > 0 && holders.every(hasEnded)) tryRename(lock, `${lock}.dead.${holders[0]}`);
  else if (holders.length > 0) return false;
  return true;
}

/** What dead installers left beside the lock. */
function sweep(lock) {
  for (const name of readdirSync(dirname(lock))) {
    const owner = name.startsWith(`${basename(lock)}.`) ? name.split(".").at(-1) : undefined;
    if (owner && hasEnded(owner)) rmSync(join(dirname(lock), name), { recursive: true, force: true });
  }
}

function tryRename(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code)) return false;
    throw error;
  }
}

function hasEnded(identity) {
  return identify(identity.split("-", 1)[0]) !== identity;
}

/** A running process by its id and start time, since ids are used again; undefined when it has ended. */
function identify(pid) {
  try {
    if (existsSync("/proc/self/stat")) {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
      return fields[0] === "Z" ? undefined : `${pid}-${fields[19]}`;
    }
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return `${pid}-${started.trim().replace(/\W+/g, "-")}`;
  } catch {
    return undefined;
  }
}
