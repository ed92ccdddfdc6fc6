/// Feeds bytes to the readers of what a run stores beside its result: nothing may trap, hang or take unbounded memory.
package enum RunFilesFuzz {
  /// A checkpoint that is read says the same when it is written and read again.
  package static func checkpoint(_ bytes: [UInt8]) {
    do throws(RunError) {
      let checkpoint = try Checkpoint(parsing: bytes, file: "checkpoint.json")
      guard let written = try? checkpoint.bytes else { preconditionFailure("a checkpoint cannot be written") }
      let again = try Checkpoint(parsing: written, file: "again.json")
      precondition(again == checkpoint, "a checkpoint reads back as another one")
      try checkpoint.require(scenarioHash: checkpoint.scenarioHash, sources: checkpoint.sources)
    } catch {
      precondition(!error.message.isEmpty && !error.message.contains("again.json"), "\(error)")
    }
  }

  /// The same for the place of a run's data.
  package static func location(_ bytes: [UInt8]) {
    guard let location = DataLocation(parsing: bytes) else { return }
    guard let written = try? location.bytes else { preconditionFailure("a location cannot be written") }
    precondition(DataLocation(parsing: written) == location, "a location reads back as another one")
  }
}
