// As many stand-ins for OpenAI as the argument says, in one process. Ends when its parent does, however that ends.
import { startStandIn } from "../../../dev/stand-in/index.ts";
import { oneFace } from "./one-face.ts";

const end = () => process.exit(0);
process.stdin.resume().once("end", end).once("error", end); // the pipe closes with the parent

const count = Number(process.argv[2]);
const starting = Array.from({ length: count }, () => startStandIn({ pace: "fast", paint: oneFace }));
const standIns = await Promise.all(starting);
process.stdout.write(`${JSON.stringify(standIns.map(({ baseUrl }) => baseUrl))}\n`);
