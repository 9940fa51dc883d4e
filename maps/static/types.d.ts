/** The bodies of the API as the browser reads them. A time is Unix ms, null where nobody knows it. */
declare namespace Api {
  interface StatisticHead { id: string; title_ko: string; title_en: string; takes: string[] }
  interface Statistics {
    now_ms: number; simulated: boolean; history: string; first: string | null; last: string | null;
    roads: string[]; statistics: StatisticHead[];
  }
  interface StatisticColumn { name: string; unit: string; words: string; title_ko: string; title_en: string }
  interface StatisticFigure {
    id: string; first: string; last: string; simulated: boolean; columns: StatisticColumn[];
    rows: (string | number | null)[][]; sql: string; parameters: Record<string, unknown>; rows_sql: string;
    chart: {
      kind: "bars" | "heat" | "lines" | "intervals"; x: string; y: string[]; group: string; low: string;
      high: string;
    };
    notes: { code: string; ko: string; en: string }[];
  }
  interface StatisticRows { columns: string[]; rows: unknown[][]; has_more: boolean }
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
    contractor?: string; client?: string; doubts?: string[]; placed_by: string; feed: string; seen_ms: Time;
  }
  interface Incident extends Placed {
    kind: string; road_name: Text; direction: Text; closure: Closure | null; lanes: Text;
    starts_ms: number; ends_ms: Time; placed_by: string; flags: string[]; feed: string; seen_ms: Time;
    ended?: Observed;
  }
  /** A closure by hand as one act left it. */
  interface ClosureTerms {
    version: number; act: string; by?: string; at_ms: number; title?: Text; cause: string; closure: string;
    lanes?: string; direction?: string; reason?: string; starts_ms: number; ends_ms?: Time; is_over?: boolean;
    links: number[];
  }
  interface HandClosure extends ClosureTerms, Placed {
    title: Text; links: number[]; phase: Phase; is_ending?: boolean; over_ms?: number; versions?: ClosureTerms[];
  }
  interface StopOut { id: string; name: string; routes: string[] }
  interface Trouble {
    field: string; code: string; choices: { kind: string; id: string; title: string; subtitle?: string }[];
  }
  interface Reading {
    title: string; cause: string; closure: string; lanes: string; direction: string; reason: string;
    starts_ms: number; ends_ms: Time; is_both: boolean; link_ids: string[]; links: number[];
    troubles: Trouble[]; round?: { links: number[] } | null; stops?: StopOut[];
  }
  interface Conflict { error: { code: string; message: string }; yours: ClosureTerms; theirs: HandClosure }
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
  interface Fact {
    id: string; name: string; rule: string; subject: string; severity: Severity; since_ms: number; asks: boolean;
    source?: string;
  }
  interface SituationAct {
    act: string; by: string; at_ms: number; note?: string; to?: string; until_ms?: number;
  }
  /** A place and story; without `alert` it is information. */
  interface Situation extends Placed {
    title: string; severity: Severity; alert: boolean; since_ms: number; newest_ms: number; facts: Fact[];
    sources: string[]; acknowledged: { by: string; at_ms: number; comment: string; severity: Severity } | null;
    queue?: { head: string; length_m: number; growth_m: number }; until_ms?: Time; snoozed_until_ms?: Time;
    snoozed_by?: string; assigned?: string; assigned_by?: string; notes?: SituationAct[]; acts?: SituationAct[];
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
    undelivered?: Undelivered[]; buses: Bus[]; works: Work[]; incidents: Incident[]; hand_closures?: HandClosure[]; reports: Report[];
    detours?: Detour[]; alerts: Alert[]; situations: Situation[]; acks: Ack[]; feeds: Feed[]; named?: [number, string][];
    tiles?: TileRows[];
  }
  /** The map of another time: a letter a link. */
  interface Moment {
    net: string; now_ms: number; valid_ms: number; known_ms: number; from_ms: number; is_remembered: boolean;
    source?: "redis" | "history"; reason?: "" | "no_record" | "damaged"; lacks?: string[];
    is_usual: boolean; simulated: boolean; levels: string; certainty: string; closures: Pairs<Closure>;
    works: Work[]; incidents: Incident[]; reports: Report[]; detours?: Detour[]; feeds: Feed[];
    hand_closures?: HandClosure[];
  }
  interface PastDay { day: string; source?: string[]; reason?: string; lacks?: string[] }
  interface PastDays { now_ms: number; today: string; history: string; redis_from_ms: number; days: PastDay[] }
  interface DayClosure {
    from_ms: number; until_ms: Time; closure: Closure; subjects?: string[]; is_planned?: boolean;
  }
  /** A day of a link by quarter hours; null is not known, which is not 0. */
  interface LinkDay {
    id: string; now_ms: number; at_ms: number; from_ms: number; step_ms: number; free_flow_kmh: number;
    times_ms: number[]; speed_kmh: (number | null)[]; passages: number[]; usual_kmh: (number | null)[];
    usual_low_kmh: (number | null)[]; usual_high_kmh: (number | null)[]; closures: DayClosure[];
    is_measured: boolean; is_known: boolean; source?: "redis" | "history"; simulated: boolean;
  }
  interface Corridor {
    typed: string[]; name: string; name_en: string; start?: string; goal?: string; fault?: string;
    fault_of?: string; choices?: string[]; length_m?: number; links?: number[]; time_s?: number | null;
    measured_share?: number; usual_s?: number | null; usual_low_s?: number | null;
    usual_high_s?: number | null; usual_days?: number; delay_s?: number | null;
    delays?: { link: number; name: string; delay_s: number }[]; day_s?: (number | null)[];
  }
  interface Corridors { now_ms: number; known_from: number; times_ms: number[]; corridors: Corridor[] }
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
  interface Link { id: string; index: number; tile: string; observed_ms: Time; speed_kmh?: number | null; sources?: Record<string, number>; buses_through: number; observed_since_ms?: Time }
  interface Attempt { id: string; at_ms: number; status: number; error?: string; took_ms: number }
  interface Endpoint {
    endpoint: string; title: string; is_enabled: boolean; dead_letters: number; attempts: Attempt[];
  }
  interface Deliveries { endpoints: Endpoint[]; undelivered: Undelivered[] }
  interface Found {
    kind: string; id: string; title: string; subtitle: Text; links: number[]; lon: number | null;
    lat: number | null; row?: number; draw?: string;
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
  interface Incident extends Verdict, Api.Period {
    id: string; title: Api.Text; kind: string; feed: string; phase: Api.Phase;
  }
  type ClosureDo = "correct" | "end" | "undo";
  type OnClosure = (what: ClosureDo, id: string) => void;
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
  type Closing = import("./map/closures/closing.js").Closing;
  type Ground = import("./map/ground.js").Ground;
  type Labels = import("./map/labels.js").Labels;
  /** What names are written on, and where there is no room. */
  interface GroundPaper { ctx: Context; view: View; colours: Colours; taken: Box[] }
  /** A name on the ground: where it is in the world, 0 to 1. */
  interface GroundName { text: string; kind: string; x: number; y: number }
  /** What the worker of the ground says: it is open, a tile is painted, or there is no ground. */
  type GroundAnswer =
    | { kind: "open"; credit: string; isApproximate: boolean }
    | { kind: "tile"; number: number; key: string; names: GroundName[]; bitmap: ImageBitmap | null }
    | { kind: "failed" };
  type LinksLayer = import("./map/links-layer.js").LinksLayer;
  type MarksLayer = import("./map/marks-layer.js").MarksLayer;
  type BusesLayer = import("./map/buses-layer.js").BusesLayer;
  type View = import("./map/canvas-layer.js").View;
  type Context = CanvasRenderingContext2D;
  type LeafletMap = import("leaflet").Map;
  type Sign = "full" | "partial" | "minor" | "incident" | "report" | "clash" | "discrepancy" | "detour"
    | "by_hand";
  /** Solid (now), late (now, and past its end), hollow (planned), dashed (outside its hours). */
  type Style = "solid" | "late" | "hollow" | "dashed";
  /** `old`: of levels whose last speed is some minutes old. */
  type Colours = Record<string, string> & { levels: string[]; old: string[] };
  /** uPlot, as far as charts use it. */
  interface Plot {
    ctx: Context; bbox: { left: number; top: number; width: number; height: number };
    cursor: { idx?: number | null; event?: Event | null };
    setSize(size: { width: number; height: number }): void; destroy(): void;
    setCursor(at: { left: number; top: number }): void;
    valToPos(value: number, scale: string, isCanvas?: boolean): number;
  }
  type PlotMaker = new (options: object, data: (number | null)[][], place: HTMLElement) => Plot;
  /** What a chart of a day draws, by quarter hours, and what it says of each. */
  interface ChartDay {
    times: number[]; line: (number | null)[]; usual: (number | null)[]; low: (number | null)[];
    high: (number | null)[]; ticks: number[]; now_ms: number; unit: string; least?: number;
    closed: { from_ms: number; until_ms: number; closure: string; isPlanned: boolean }[];
    said(k: number): string;
  }
  /** Colours and letters of a chart. */
  interface Looks {
    line: string; band: string; edge: string; usual: string; text: string; grid: string; full: string; partial: string;
    minor: string; bus: string; surface: string; font: string; scale: number;
  }
  /** Left, top, right, bottom in canvas pixels. */
  type Box = [number, number, number, number];
  type Paint = (ctx: Context, view: View) => void;
  /** Where a canvas lies over the map, and how many of its pixels a pixel of the page has. */
  interface Placed {
    corner: import("leaflet").Point; view: View; width: number; height: number; ratio: number;
  }
  type Place = { lon: number | null; lat: number | null };
  /** A place and its links. */
  type Spot = Place & { links: number[] };
  /** The middle of a link's line in world units, its direction there and the direction to its right. */
  interface Middle { x: number; y: number; dx: number; dy: number; n: [number, number] }
  /** `from`: its place, where it stands aside. `count`: of marks on one another, on the uppermost; the others
   * are `under` it. So near (`gathers_px`) marks of its kind lie on one another. */
  interface Mark {
    kind: string; id: string; sign: Sign; style: Style; x: number; y: number; scale: number; r: number;
    from?: { x: number; y: number }; count?: number; under?: Mark; gathers_px?: number;
  }
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
  type Change = "address" | "levels" | "layers" | "phase" | "colours" | "lang" | "chosen" | "moment" | "step";
  interface Address {
    off: Set<string>; on: Set<string>; phase: string; view: MapView | null; chosen: Chosen | null; theme: string | null;
    palette: string | null; lang: string | null; at_ms: number | null; isThen: boolean;
    data: Set<string>;
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
    closure: Map<string, Api.HandClosure>;
    report: Map<string, Api.Report>; detour: Map<string, Api.Detour>; clash: Map<string, Api.Clash>;
    discrepancy: Map<string, Api.Discrepancy>; alert: Map<string, Api.Alert>;
    situation: Map<string, Api.Situation>;
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
    /** Its marks gather where many are near: they say that there are some, not where each is. */
    isGathered?: boolean;
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
  interface SituationActs {
    /** Whether what the picture lacks is really over. */
    isSure(): boolean;
    /** Flies to one. */
    choose(row: Api.Situation): void;
    /** Asks for a name and a comment; `hurry` for neither. */
    acknowledge(rows: Api.Situation[]): void;
    hurry(rows: Api.Situation[]): void;
    /** Tells whoever looks elsewhere what of these is new. */
    follow(rows: Api.Situation[]): void;
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

/** The vendored protomaps-leaflet, a global of the worker that reads it. */
declare const protomapsL: any;
declare const importScripts: (...urls: string[]) => void;
