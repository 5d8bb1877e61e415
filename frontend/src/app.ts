// What every page carries: live parts, times in the reader's zone, keys, the choice of theme; on the first visit, the address.

import "htmx.org";
import { startAddress } from "./address";
import { startAsking } from "./asking";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startMap } from "./map";
import { startTheme } from "./theme";
import { startTimes } from "./times";

startTimes();
startLive();
startKeys();
startAsking();
startAddress();
startMap();
startTheme();
