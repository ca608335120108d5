import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { pacedSchedule } from "./live/cell.ts";
import { startNetwork } from "./live/network.ts";
import { createState } from "./live/state.ts";

/** The most that anyone can follow: ten pictures a second, however fast the network is. */
const REST_MS = 100;

const schedule = pacedSchedule(
  {
    now: () => performance.now(),
    frame: (run) => requestAnimationFrame(run),
    after: (ms, run) => setTimeout(run, ms),
  },
  REST_MS,
);

// Asked for before anything is drawn: the first answers are on their way while React starts.
const network = startNetwork(createState(schedule), location, new AbortController().signal);
const root = document.getElementById("page");
if (root !== null) createRoot(root).render(<App network={network} />);
