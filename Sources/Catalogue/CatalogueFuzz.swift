/// Feeds bytes to the readers of what stands in run folders: nothing may trap, hang or take unbounded memory.
package enum CatalogueFuzz {
  /// Enters a summary into an index and asks it for everything; whatever it holds, it can be listed, shown and searched.
  package static func summary(_ bytes: [UInt8]) {
    let entry = RunEntry(summary: bytes)
    guard let catalogue = try? RunCatalogue(inMemoryFor: "fuzz") else { preconditionFailure("there is no index") }
    do throws(CatalogueError) {
      try catalogue.store(entry, "run", stamp: "1", files: [], tags: ["keep"])
      let runs = try catalogue.runs(sortedBy: "-profit")
      precondition(runs.count == 1 && runs[0].fault == entry.fault, "the index holds another run")
      let details = try catalogue.details("run")
      precondition(details.run.tags == ["keep"] && (entry.fault == nil || details.parameters.isEmpty))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Every tag that is read is one that can be written.
  package static func tags(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    let tags = RunCatalogue.tags(in: text)
    precondition(tags.allSatisfy(RunCatalogue.isTag) && RunCatalogue.tags(in: tags.joined(separator: "\n")) == tags)
  }

  /// Any text is a condition and an order, or an error; neither changes anything.
  package static func condition(_ bytes: [UInt8]) {
    guard let catalogue = try? RunCatalogue(inMemoryFor: "fuzz") else { preconditionFailure("there is no index") }
    let text = String(decoding: bytes.prefix(256), as: UTF8.self)
    _ = try? catalogue.runs(where: text)
    _ = try? catalogue.runs(sortedBy: text)
    precondition((try? catalogue.runs()) == [], "a condition changed the index")
  }
}
