import CSQLite

/// Why the catalogue could not be read or changed: the file or run, and what is wrong.
public struct CatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The operating system or SQLite refused.
    case system
    /// Another process is changing the catalogue.
    case busy
    /// What the caller asked for is wrong: a condition, a name.
    case misuse
  }

  public var kind: Kind
  public var subject: String
  public var reason: String

  public init(_ kind: Kind, _ subject: String, _ reason: String) {
    self.kind = kind
    self.subject = subject
    self.reason = reason
  }

  public var description: String { "\(subject): \(reason)" }
}

/// A value of a row.
public enum CatalogueValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
}

/// One connection to SQLite, used by one thread.
final class SQLiteDatabase {
  private var handle: OpaquePointer?
  private let path: String

  /// Opens or creates the file; ":memory:" for none.
  init(path: String) throws(CatalogueError) {
    self.path = path
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
      let error = failure("cannot be opened")
      sqlite3_close_v2(handle)
      handle = nil
      throw error
    }
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit { sqlite3_close_v2(handle) }

  private func failure(_ what: String) -> CatalogueError {
    let reason = handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "no memory"
    let kind: CatalogueError.Kind = sqlite3_errcode(handle) == SQLITE_BUSY ? .busy : .system
    return CatalogueError(kind, path, "\(what): \(reason)")
  }

  /// Runs statements that return nothing.
  func execute(_ text: String) throws(CatalogueError) {
    guard sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else { throw failure("cannot be changed") }
  }

  /// Runs one statement with values for its question marks and hands over each row.
  func run(
    _ text: String, _ values: [CatalogueValue] = [], row: (([CatalogueValue]) -> Void)? = nil
  ) throws(CatalogueError) {
    var statement: OpaquePointer?
    var isWhole = false
    let status = text.withCString { start in
      var rest: UnsafePointer<CChar>?
      let status = sqlite3_prepare_v2(handle, start, -1, &statement, &rest)
      // SQLite compiles the first statement only and says where it stopped.
      isWhole = rest.map { $0.pointee == 0 } ?? true
      return status
    }
    defer { sqlite3_finalize(statement) }
    guard status == SQLITE_OK else { throw failure("cannot be asked") }
    guard isWhole else { throw CatalogueError(.misuse, path, "more than one statement") }
    for (place, value) in values.enumerated() {
      let status =
        switch value {
        case .null: sqlite3_bind_null(statement, Int32(place + 1))
        case .integer(let number): sqlite3_bind_int64(statement, Int32(place + 1), number)
        case .real(let number): sqlite3_bind_double(statement, Int32(place + 1), number)
        case .text(let text): csqlite_bind_text(statement, Int32(place + 1), text, Int32(text.utf8.count))
        }
      guard status == SQLITE_OK else { throw failure("cannot take a value") }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: row?((0..<sqlite3_column_count(statement)).map { Self.value(statement, $0) })
      case SQLITE_DONE: return
      default: throw failure("cannot be asked")
      }
    }
  }

  private static func value(_ statement: OpaquePointer?, _ column: Int32) -> CatalogueValue {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: .real(sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      .text(
        String(
          decoding: UnsafeBufferPointer(
            start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column))),
          as: UTF8.self))
    default: .null
    }
  }

  /// Calls `body` in one transaction, which is undone when it throws.
  func transaction(_ body: () throws(CatalogueError) -> Void) throws(CatalogueError) {
    try execute("BEGIN IMMEDIATE")
    do throws(CatalogueError) {
      try body()
      try execute("COMMIT")
    } catch {
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// Until `restore` is called, statements may only read, and stop after a bounded amount of work: conditions come from
  /// the command line and scripts.
  func restrictToReading() {
    sqlite3_set_authorizer(
      handle,
      { _, action, _, name, _, _ in
        switch action {
        case SQLITE_SELECT, SQLITE_READ: return SQLITE_OK
        case SQLITE_FUNCTION:
          // The only built-in function that reaches outside the database.
          return name.map { String(cString: $0) } == "load_extension" ? SQLITE_DENY : SQLITE_OK
        default: return SQLITE_DENY
        }
      }, nil)
    // Functions can ask for gigabytes in a few letters.
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 16 << 20)
    // Half a million times 1,000 instructions: seconds, not for ever.
    steps = 0
    sqlite3_progress_handler(
      handle, 1_000,
      { context in
        guard let context else { return 1 }
        let owner = Unmanaged<SQLiteDatabase>.fromOpaque(context).takeUnretainedValue()
        owner.steps += 1
        return owner.steps > 500_000 ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private var steps = 0

  func restore() {
    sqlite3_set_authorizer(handle, nil, nil)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1_000_000_000)
    sqlite3_progress_handler(handle, 0, nil, nil)
  }
}
