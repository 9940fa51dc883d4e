/** The bodies of the API as the browser reads them. A time is Unix ms, null where nobody knows it. */
declare namespace Api {
  type Level = "free" | "slow" | "jam" | "unknown";
  type Closure = "full" | "partial" | "unknown" | "shoulder" | "bus_stop" | "bicycle" | "sidewalk" | "none";
  type Phase = "planned" | "active" | "paused" | "overdue" | "finished" | "cancelled";
  type Severity = "critical" | "warning" | "notice";
  type Certainty = "confirmed" | "reported" | "inferred" | "lost" | "stale";
  /** The 80 % interval of a speed, km/h (-1: none); the buses and the reports of centres that bear it. */
  type SpeedRange = [number, number, number, number];
  type Text = string | null;
  type Time = number | null;
  /** A vehicle's name, route number, longitude, latitude, bearing (-1: none), observed_ms, stop id. */
  type Bus = [string, string, number | null, number | null, number, number, Text];
  /** A value by link index, as pairs. */
  type Pairs<T> = [number, T][];
  /** [gap, value, gap, value ...]: a gap counts from the index before. */
  type Gaps = (number | string | SpeedRange)[];
  /** When a bus was seen, what it did, on which route. */
  type Seen = [number, string, string];

  /** When something really happened, and who said so. */
  interface Observed { at_ms: number; by: string }
  interface Period { starts_ms?: Time; ends_ms?: Time; first_ends_ms?: Time; flags?: string[]; hours?: Text }
  interface Placed { id: string; title: Text; lon: number | null; lat: number | null; links: number[] }

  interface Work extends Placed {
    starts_ms: Time; ends_ms: Time; first_ends_ms?: number; flags: string[]; hours: Text;
    purpose: Text; place: Text; organisation: Text; phone: Text; closure: Closure; phase: Phase;
    lanes_closed: number | null; dig_starts_ms: Time; dig_ends_ms: Time; restore_starts_ms?: number;
    restore_ends_ms?: number; started?: Observed; ended?: Observed; cancelled?: Observed;
    remaining_width_m?: number; direction?: string; also_closed?: Closure[]; unlisted_ms?: number;
    doubts?: string[]; placed_by: string; feed: string; seen_ms: Time;
  }
  interface Incident extends Placed {
    kind: string; road_name: Text; direction: Text; closure: Closure | null; lanes: Text;
    starts_ms: number; ends_ms: Time; placed_by: string; flags: string[]; feed: string; seen_ms: Time;
  }
  interface Report extends Placed { count: number; first_ms: number; last_ms: number }
  interface LeftStop { id: string; name: string; lon: number | null; lat: number | null }
  /** Its title is the route's number; `path` is the way that most of its buses take. */
  interface Detour extends Placed {
    route: string; towards: string; bearing: number; path: [number, number][]; streets: string[];
    stops: LeftStop[]; cause: string; since_ms: number; last_ms: number; buses: number;
  }
  interface Clash extends Placed {
    kind: string; severity: "high" | "low"; reason_ko: string; reason_en: string;
    from_ms: number; until_ms: Time; routes?: string[]; stops?: string[]; places?: string[]; works?: string[];
  }
  interface Discrepancy {
    id: string; kind: string; work?: string; lon: number | null; lat: number | null; links: number[];
    since_ms: number; told_ms: number; until_ms?: number; certainty: Certainty; through?: number;
    round?: number; speed_ratio?: number; declared_ms?: number; declared_until_ms?: number; buses: Seen[];
  }
  interface Alert extends Placed {
    name: string; rule: string; subject: string; severity: Severity; since_ms: number; ends_ms?: Time;
    end?: string; closure?: Closure; level?: Level; status?: string; count?: number; organisation?: string;
    kind?: string; places?: string[]; place_count?: number; works: string[]; judged_by?: "usual" | "level";
    usual_kmh?: number; times_slower?: number; streets?: string[]; stops?: string[];
  }
  interface Ack {
    id: string; by: string; at_ms: number; comment: string; severity: Severity; verdict?: "true" | "false";
  }
  interface Feed {
    feed: string; status: string; received_ms: number; last_success_ms: Time; last_change_ms: Time;
    poll_ms: number; row_count: number; usual_rows: number | null; refused: number; repaired: number;
    code: Text; detail: Text; simulated: boolean;
  }
  interface Undelivered { endpoint: string; endpoint_title: string; since_ms: number; title?: string }

  /** West, south, east, north in degrees. */
  type Box = [number, number, number, number];
  interface NetworkHead {
    version: string; city: string; simulated: boolean; bbox: Box;
    places?: [string, string, number, number][]; routes?: [string, string][];
  }
  /** Columns of links. */
  interface Roads {
    ids: string[]; names: string[]; roads: string[]; classes: string[]; lengths: number[]; free: number[];
    drawn: number[]; geometry: number[][];
  }
  interface NetworkFile extends NetworkHead, Roads { kinds: string[]; slow: number[]; jam: number[] }
  /** A network whose roads come in tiles, zoom/x/y. */
  interface NetworkIndex extends NetworkHead {
    count: number; steps: [number, number][]; slack: number; tiles: string[];
    limits: [string, number, number][]; stops: [string, string][];
  }
  interface TileFile extends Roads { version: string; tile: string; indexes: number[] }
  interface TilesNow { net: string; id: string; t: number; tiles?: TileRows[] }
  interface Snapshot {
    net: string; id: string; t: number; clock_ms: Time; simulated: boolean; store: string; trouble?: string;
    speeds: number[]; usual?: number[]; certainty: string; closures: Pairs<Closure>; closure_certainty: Pairs<string>;
    ranges?: Pairs<SpeedRange>; observed?: string; promises?: number[]; discrepancies?: Discrepancy[];
    undelivered?: Undelivered[]; buses: Bus[]; works: Work[]; incidents: Incident[]; reports: Report[];
    detours?: Detour[]; alerts: Alert[]; acks: Ack[]; feeds: Feed[]; named?: [number, string][];
    tiles?: TileRows[];
  }
  /** The map of another time: a letter a link. */
  interface Moment {
    net: string; now_ms: number; valid_ms: number; known_ms: number; from_ms: number; is_remembered: boolean;
    is_usual: boolean; simulated: boolean; levels: string; certainty: string; closures: Pairs<Closure>;
    works: Work[]; incidents: Incident[]; reports: Report[]; detours?: Detour[]; feeds: Feed[];
  }
  interface Change { at_ms: number; subject: string; kinds: string[]; links: number[] }
  interface Changes { total: number; next_since_ms: Time; changes: Change[] }
  /** Letters of links: l speeds, h the usual ones, q certainties, r ranges, c closures, e how sure those are,
      v what buses say, m minutes of promises. */
  interface LinkRows {
    l?: Gaps; h?: Gaps; q?: Gaps; r?: Gaps; c?: Pairs<Closure>; e?: Pairs<string>; v?: Gaps; m?: number[];
  }
  interface TileRows extends LinkRows { tile: string }
  /** k is the clock. The letters of things, each with its x for those that are gone, are in map/kinds.js. */
  interface Delta extends LinkRows {
    net?: string; prev?: string; t: number; at?: number; store?: string; trouble?: string; k?: Time;
    undelivered?: Undelivered[]; named?: [number, string][]; tiles?: TileRows[];
    [letter: string]: unknown;
  }
  interface Link { id: string; index: number; tile: string; observed_ms: Time; sources?: Record<string, number>; buses_through: number; observed_since_ms?: Time }
  interface Attempt { id: string; at_ms: number; status: number; error?: string; took_ms: number }
  interface Endpoint {
    endpoint: string; title: string; is_enabled: boolean; dead_letters: number; attempts: Attempt[];
  }
  interface Deliveries { endpoints: Endpoint[]; undelivered: Undelivered[] }
  interface Found {
    kind: string; id: string; title: string; subtitle: Text; links: number[]; lon: number | null;
    lat: number | null;
  }
  interface Photo { id: string; at_ms: number }
}

/** The bodies of the complaint desk. */
declare namespace Desk {
  interface Words { ko?: string; en?: string }
  interface Verdict {
    closure: Api.Closure; certainty: Api.Certainty; word_ko?: string; word_en?: string;
  }
  interface Candidate { kind: string; id: string; title: string; subtitle: Api.Text; verdict?: Verdict }
  interface Place extends Candidate { links: string[]; lon?: number; lat?: number }
  interface Clause extends Words { name: string; sources: string[] }
  interface Source extends Words { id: string; kind: string; ref: string; at_ms: Api.Time; phone?: string }
  interface Work extends Api.Period {
    id: string; title: Api.Text; closure: Api.Closure; phase: Api.Phase; certainty: Api.Certainty;
    organisation: Api.Text; phone?: string; doubts?: string[]; said?: Words & { by: string };
    photos?: Api.Photo[]; started?: Api.Observed; ended?: Api.Observed;
  }
  interface Incident extends Verdict, Api.Period { title: Api.Text; kind: string }
  interface Section extends Verdict { id: string; name: string; level?: Api.Level }
  interface Stop { name: string; number?: string; walk_m?: number }
  interface Bus { route_no: string; skipped?: Stop[]; nearest?: Stop }
  interface Route {
    is_known: boolean; buses?: { no: string; stop?: string; observed_ms: number }[]; closed?: unknown[];
  }
  interface Calls { count_30min: number; is_reported: boolean }
  interface Card {
    place: Place; verdict: Verdict; clauses: Clause[]; sources: Source[]; sentence_ko: string;
    sentence_en: string; age_ms: Api.Time; is_stale?: boolean; calls?: Calls; sections?: Section[];
    route?: Route; buses?: Bus[]; works?: Work[]; incidents?: Incident[]; detour?: { links: string[] };
  }
  interface Heartbeat {
    now_ms: number; store?: string; trouble?: string; clock_ms?: Api.Time; feeds?: Api.Feed[];
    simulated?: boolean;
  }
  interface Answer extends Heartbeat {
    q: string; status: string; candidates?: Candidate[]; card: Card | null; past?: unknown;
    sentence_ko?: string; sentence_en?: string;
  }
  interface Call {
    id: string; title: string; reference?: string; received_ms: number; due?: boolean; age_ms: number;
    closed?: { closure: Api.Closure }[];
  }
  interface Change extends Words { subject: string; at_ms: number; links: number[] }
}

/** The bodies of the crew's page, without what is read by `textsOf`: a text in each language. */
declare namespace Crew {
  type Texts = string[];
  /** What the crew is asked, and the taps that say yes and no. */
  interface Answer { tap: string }
  interface Question { id: string; answers: Answer[] }
  interface Site {
    now_ms: number; ends_ms: Api.Time; phase: Api.Phase; next: string; is_late: boolean;
    public: object;
    said: object | null;
    against: { is_contradicted: boolean } | null;
    question: Question | null;
  }
  interface Body { site?: Site; report: { outcome: string } }
  interface Tap { word: string; report_id: string; at_ms: number; until_ms?: number; sent_ms?: number }
}

/** What the browser's modules hand one another. */
declare namespace Ui {
  type Clock = import("./clock.js").Clock;
  type Picture = import("./map/picture.js").Picture;
  type Network = import("./map/network.js").Network;
  type Stream = import("./map/stream.js").Stream;
  type State = import("./map/state.js").State;
  type Card = import("./map/card.js").Card;
  type Live = import("./map/live.js").Live;
  type LinksLayer = import("./map/links-layer.js").LinksLayer;
  type MarksLayer = import("./map/marks-layer.js").MarksLayer;
  type BusesLayer = import("./map/buses-layer.js").BusesLayer;
  type View = import("./map/canvas-layer.js").View;
  type Context = CanvasRenderingContext2D;
  type LeafletMap = import("leaflet").Map;
  type Sign = "full" | "partial" | "minor" | "incident" | "report" | "clash" | "discrepancy" | "detour";
  /** Solid (now), late (now, and past its end), hollow (planned), dashed (outside its hours). */
  type Style = "solid" | "late" | "hollow" | "dashed";
  type Colours = Record<string, string> & { levels: string[] };
  /** Left, top, right, bottom in canvas pixels. */
  type Box = [number, number, number, number];
  type Paint = (ctx: Context, view: View) => void;
  /** Where a canvas lies over the map, and how many of its pixels a pixel of the page has. */
  interface Placed {
    corner: import("leaflet").Point; view: View; width: number; height: number; ratio: number;
  }
  type Place = { lon: number | null; lat: number | null };
  /** The middle of a link's line in world units, its direction there and the direction to its right. */
  interface Middle { x: number; y: number; dx: number; dy: number; n: [number, number] }
  interface Mark { kind: string; id: string; sign: Sign; style: Style; x: number; y: number; scale: number; r: number }
  /** A thing under the pointer; `index` of a link, else -1. */
  interface Hit { kind: string; id: string; index: number }
  type LineEvent = { kind: "open" | "broken" | "resync" } | { kind: "delta"; id: string; data: string }
    | { kind: "joined"; since?: string };
  /** A part of the map, and the zoom it is looked at. */
  interface Frame { bbox: Api.Box; zoom: number }
  interface StreamHooks {
    /** What the map shows; the tiles of the network that are followed from now on, with their rows. */
    frame(): Frame; look(tiles: Set<string>, rows: Api.TileRows[]): void;
    network(network: Network): void; snapshot(snapshot: Api.Snapshot): void;
    delta(delta: Api.Delta, id: string): void; state(): void;
  }
  interface Chosen { kind: string; id: string }
  interface MapView { zoom: number; lat: number; lon: number }
  type Change = "address" | "levels" | "layers" | "phase" | "colours" | "lang" | "chosen" | "moment";
  interface Address {
    off: Set<string>; on: Set<string>; phase: string; view: MapView | null; chosen: Chosen | null; theme: string | null;
    palette: string | null; lang: string | null; at_ms: number | null; isThen: boolean;
  }
  /** What a delta changed: the links with another level, every link it names, what is closed or buses say
      is, promises, kinds of things. */
  interface Touched {
    links: number[]; named: number[]; closures: boolean; promises: boolean; kinds: Set<string>;
  }
  /** Keys of words and what is known; what is empty is left out. */
  type Facts = [string, string | Node | null | undefined][];

  /** What a picture holds of each kind, by id; an alert's is "rule subject", an ack's its episode. */
  interface Rows {
    bus: Map<string, Api.Bus>; work: Map<string, Api.Work>; incident: Map<string, Api.Incident>;
    report: Map<string, Api.Report>; detour: Map<string, Api.Detour>; clash: Map<string, Api.Clash>;
    discrepancy: Map<string, Api.Discrepancy>; alert: Map<string, Api.Alert>;
    ack: Map<string, Api.Ack>; feed: Map<string, Api.Feed>;
  }
  /** What a line of a list shows. */
  interface Entry {
    sign: Sign; style: Style; title: string; tags: string[]; under: string; isOver?: boolean;
  }
  interface Kind<T> {
    /** Their name in a snapshot. */
    rows?: string;
    /** Theirs in a delta, and with an x of those that are gone; without one they are asked for apart. */
    letter?: string;
    /** `id` where nothing else is said. */
    idOf?(row: T): string;
    /** The kind whose card and list show it, if not its own. */
    shownBy?: string;
    /** Boxes of the legend. */
    layers?: string[];
    /** The box that shows it; the first where nothing else is said. */
    layerOf?(row: T): string;
    /** Whether it has a mark besides its box. */
    isDrawn?(row: T, state: State): boolean;
    /** Its mark; of a layer the one beside its box. */
    mark?(row: T | string): { sign: Sign; style: Style };
    /** On which side of its place the mark stands, -1 left or 1 right, where a work's leaves room. */
    side?: number;
    /** By panel: rows that are one line. */
    lists?(picture: Picture, state: State): Record<string, T[][]>;
    entry?(rows: T[], picture: Picture): Entry;
    /** Whether its lines stand above those of other kinds in a panel. */
    isFirst?: boolean;
    /** The parts of its card; null: choose nothing. */
    card?(card: Card, id: string): (Node | null)[] | null;
    /** The line beside the pointer. */
    hint?(picture: Picture, id: string, index: number): string;
    /** Whether an address does not keep it. */
    isPassing?: boolean;
  }
  interface AlertActs {
    /** Whether what the picture lacks is really over. */
    isSure(): boolean;
    /** Flies to an alert. */
    choose(alert: Api.Alert): void;
    /** Asks for a name and a comment; `hurry` for neither. */
    acknowledge(alert: Api.Alert): void;
    hurry(alert: Api.Alert): void;
  }
  /** How a verdict looks. */
  type Look = "full" | "partial" | "minor" | "none" | "unknown";
  /** A part of a box that is made anew when its mark changes. */
  interface Part { key: string; mark: unknown; make(): HTMLElement }
  interface BoxHooks {
    /** The time looked at. */
    query(): { valid?: number; known?: number };
    answer(body: Desk.Answer, isOpened: boolean): void;
    /** `id`: the place asked for, if one was. */
    failed(error: unknown, id?: string): void;
    cleared(): void;
  }
  type TapState = "sending" | "waiting" | "late" | "taken" | "refused" | "away" | "stale" | "dropped";
  interface TapNews { word: Crew.Texts; tap: Crew.Tap; why?: Crew.Texts; isOfLink?: boolean }
}
