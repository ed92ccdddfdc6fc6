import Glibc
import Reporting

/// A SQLite index of the run folders in one folder, so that any run is found again by its parameters and its figures.
///
/// The folders are the truth and the index a copy: it is brought up to date before it is asked, may be deleted at any
/// time, and is made anew when it is damaged. One process changes it at a time, under a lock; where the folder cannot be
/// written, an index in memory serves.
public final class RunCatalogue {
  /// The folder of runs.
  public let folder: String
  let database: SQLiteDatabase
  private var lock: Int32 = -1

  /// Raised with every change of the tables; an index of another version is made anew.
  private static let version = 1
  static let fileName = "catalogue.sqlite"
  static let lockName = "catalogue.lock"
  /// Words on a run, one a line; beside the run, so that they outlive the index.
  static let tagsName = "tags.txt"

  /// What bringing the index up to date did.
  public struct Update: Hashable, Sendable {
    public var read = 0
    public var removed = 0
    public var unchanged = 0
  }

  /// Opens the index of `folder` and brings it up to date.
  public init(folder: String) throws(CatalogueError) {
    self.folder = folder
    guard access(folder, R_OK | X_OK) == 0 else {
      throw CatalogueError(.system, folder, "cannot be read: \(String(cString: strerror(errno)))")
    }
    lock = try Self.takeLock(in: folder)
    do throws(CatalogueError) {
      database = try Self.openDatabase(lock >= 0 ? "\(folder)/\(Self.fileName)" : ":memory:")
    } catch {
      close(lock)
      throw error
    }
  }

  /// An index in memory that reads no folder.
  init(inMemoryFor folder: String) throws(CatalogueError) {
    self.folder = folder
    database = try Self.prepared(":memory:")
  }

  deinit { if lock >= 0 { close(lock) } }

  /// An exclusive lock, waited for; -1 where the folder cannot be written.
  private static func takeLock(in folder: String) throws(CatalogueError) -> Int32 {
    let path = "\(folder)/\(lockName)"
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { return -1 }
    // Ten seconds: far longer than any update of the index.
    for _ in 0..<500 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
      guard errno == EWOULDBLOCK || errno == EINTR else { break }
      usleep(20_000)
    }
    close(descriptor)
    throw CatalogueError(.busy, folder, "another process is changing the catalogue; try again when it has ended")
  }

  private static func openDatabase(_ path: String) throws(CatalogueError) -> SQLiteDatabase {
    do throws(CatalogueError) { return try prepared(path) } catch {
      guard error.kind != .busy, path != ":memory:" else { throw error }
      // Damaged, or no database at all: it is only a copy.
      for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
      return try prepared(path)
    }
  }

  private static func prepared(_ path: String) throws(CatalogueError) -> SQLiteDatabase {
    let database = try SQLiteDatabase(path: path)
    var found: Int64 = -1
    try database.run("PRAGMA user_version") { row in if case .integer(let value)? = row.first { found = value } }
    var tables = 0
    try database.run("SELECT count(*) FROM sqlite_master") { row in
      if case .integer(let value)? = row.first { tables = Int(value) }
    }
    if found == 0, tables == 0 {
      let columns = CatalogueColumns.run.map { ", \($0)" }.joined()
      try database.transaction { () throws(CatalogueError) in
        try database.execute(
          """
          CREATE TABLE runs (id INTEGER PRIMARY KEY, folder TEXT UNIQUE NOT NULL, stamp TEXT NOT NULL\(columns), fault TEXT);
          CREATE TABLE lanes (run INTEGER NOT NULL, lane INTEGER NOT NULL, name TEXT, is_shown INTEGER,
            \(CatalogueColumns.lane.joined(separator: ", ")));
          CREATE TABLE parameters (run INTEGER NOT NULL, lane INTEGER NOT NULL, is_shown INTEGER, name TEXT, value REAL);
          CREATE TABLE metrics (run INTEGER NOT NULL, id TEXT, basis TEXT, unit TEXT, value REAL, lower REAL, upper REAL);
          CREATE TABLE artefacts (run INTEGER NOT NULL, name TEXT, bytes INTEGER);
          CREATE TABLE tags (run INTEGER NOT NULL, tag TEXT);
          CREATE INDEX lanes_run ON lanes (run);
          CREATE INDEX parameters_run ON parameters (run, name);
          CREATE INDEX metrics_run ON metrics (run, id);
          CREATE INDEX artefacts_run ON artefacts (run);
          CREATE INDEX tags_run ON tags (run, tag);
          PRAGMA user_version = \(version);
          """)
      }
    } else if found != version {
      throw CatalogueError(.system, path, "is the index of another version")
    }
    // Asks every table, so that one that is not ours is found out here.
    let known = CatalogueColumns.run.joined(separator: ", ")
    try database.run("SELECT id, folder, stamp, \(known), fault FROM runs LIMIT 1")
    for table in Self.details { try database.run("SELECT run FROM \(table) LIMIT 1") }
    return database
  }

  private static let details = ["lanes", "parameters", "metrics", "artefacts", "tags"]

  /// Reads what is new or changed among the folders and forgets what is gone.
  @discardableResult
  public func update() throws(CatalogueError) -> Update {
    var known: [String: (id: Int64, stamp: String)] = [:]
    try database.run("SELECT folder, id, stamp FROM runs") { row in
      if case .text(let folder) = row[0], case .integer(let id) = row[1], case .text(let stamp) = row[2] {
        known[folder] = (id, stamp)
      }
    }
    let present = try RunListing.entries(of: folder).filter { $0.isFolder && RunListing.isPlain($0.name) }
    var update = Update()
    try database.transaction { () throws(CatalogueError) in
      for entry in present {
        let path = "\(folder)/\(entry.name)"
        // Only what holds a summary is, or claims to be, a run.
        guard let summary = RunListing.entry("summary.json", in: path), summary.isFile else { continue }
        let stamp = Self.stamp(of: path, summary)
        let before = known.removeValue(forKey: entry.name)
        if let before, before.stamp == stamp {
          update.unchanged += 1
          continue
        }
        if let before { try forget(before.id) }
        try store(
          RunEntry(folder: path), entry.name, stamp: stamp, files: try RunListing.entries(of: path).filter(\.isFile),
          tags: Self.tags(of: path))
        update.read += 1
      }
      for (id, _) in known.values.sorted(by: { $0.id < $1.id }) {
        try forget(id)
        update.removed += 1
      }
    }
    return update
  }

  private static func stamp(of path: String, _ summary: RunListing.Entry) -> String {
    let others = ["result.h5", tagsName].map { RunListing.entry($0, in: path)?.stamp ?? "-" }
    return ([summary.stamp] + others).joined(separator: " ")
  }

  private func forget(_ id: Int64) throws(CatalogueError) {
    for table in Self.details { try database.run("DELETE FROM \(table) WHERE run = ?", [.integer(id)]) }
    try database.run("DELETE FROM runs WHERE id = ?", [.integer(id)])
  }

  func store(
    _ entry: RunEntry, _ name: String, stamp: String, files: [RunListing.Entry], tags: [String]
  ) throws(CatalogueError) {
    let names = entry.columns.map(\.name)
    let marks = String(repeating: ", ?", count: names.count)
    try database.run(
      "INSERT INTO runs (folder, stamp, fault\(names.map { ", \($0)" }.joined())) VALUES (?, ?, ?\(marks))",
      [.text(name), .text(stamp), entry.fault.map { .text($0) } ?? .null] + entry.columns.map(\.value))
    var id: Int64 = 0
    try database.run("SELECT last_insert_rowid()") { row in if case .integer(let value)? = row.first { id = value } }
    for (place, lane) in entry.lanes.enumerated() {
      try database.run(
        "INSERT INTO lanes VALUES (?, ?, ?, ?\(String(repeating: ", ?", count: lane.numbers.count)))",
        [.integer(id), .integer(Int64(place)), .text(lane.name), .integer(lane.isShown ? 1 : 0)]
          + lane.numbers.map(\.value))
      for (name, value) in lane.settings {
        try database.run(
          "INSERT INTO parameters VALUES (?, ?, ?, ?, ?)",
          [.integer(id), .integer(Int64(place)), .integer(lane.isShown ? 1 : 0), .text(name), .real(value)])
      }
    }
    func real(_ value: Double?) -> CatalogueValue { value.map { .real($0) } ?? .null }
    for metric in entry.metrics {
      try database.run(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
          .integer(id), .text(metric.id), .text(metric.basis), .text(metric.unit), real(metric.value),
          real(metric.lower), real(metric.upper),
        ])
    }
    for file in files {
      try database.run(
        "INSERT INTO artefacts VALUES (?, ?, ?)", [.integer(id), .text(file.name), .integer(file.bytes)])
    }
    for tag in tags { try database.run("INSERT INTO tags VALUES (?, ?)", [.integer(id), .text(tag)]) }
  }

  /// The tags that stand beside a run; none when there is no such file or it holds something else.
  static func tags(of path: String) -> [String] {
    guard let bytes = try? RegularFile.contents(of: "\(path)/\(tagsName)", limit: 65_536),
      let text = String(validating: bytes, as: UTF8.self)
    else { return [] }
    return tags(in: text)
  }

  static func tags(in text: String) -> [String] {
    Array(Set(text.split(separator: "\n").map(String.init).filter(isTag))).sorted()
  }

  /// Letters, digits, dash and underscore, so that a tag can be named in a condition and on any command line.
  static func isTag(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
          || $0 == 0x2D
      }
  }
}
