import Testing

@testable import Ledger

@Suite struct LedgerCrashTests {
  /// Opens, appends four runs and returns the head of the last append that was reported as done.
  private func work(on storage: FaultyStorage) -> (acknowledged: TreeHead?, failed: Bool) {
    var acknowledged: TreeHead?
    do throws(LedgerError) {
      let ledger = try LedgerFile(storage: storage, for: .appending)
      acknowledged = ledger.head
      while ledger.count < 4 {
        try ledger.append(sampleRun(ledger.count))
        acknowledged = ledger.head
      }
      return (acknowledged, false)
    } catch {
      return (acknowledged, true)
    }
  }

  private func operationCount() -> Int {
    let storage = FaultyStorage()
    _ = work(on: storage)
    return storage.operations
  }

  /// Killed at every write, cut and sync, with every length of a partial write and several states of the disk: what was
  /// reported as done is there, and going on gives the same bytes as a life without crashes.
  @Test func everyFailureRecovers() throws {
    let final = try sampleLedger(4)
    let operations = operationCount()
    #expect(operations == 10)
    for operation in 0..<operations {
      for partialBytes in 0...80 {
        let storage = FaultyStorage()
        storage.failure = (operation, partialBytes)
        let (acknowledged, failed) = work(on: storage)
        #expect(failed)
        for image in storage.crashImages {
          try checkRecovery(of: image, acknowledged: acknowledged, final: final)
        }
      }
    }
  }

  /// The same, killed once more during the recovery.
  @Test func failuresDuringRecoveryRecover() throws {
    let final = try sampleLedger(4)
    for length in stride(from: 0, through: final.bytes.count, by: 5) {
      for operation in 0..<4 {
        for partialBytes in [0, 1, 31, 32, 40] {
          let storage = FaultyStorage(Array(final.bytes.prefix(length)))
          storage.failure = (operation, partialBytes)
          let acknowledged = work(on: storage).acknowledged
          for image in storage.crashImages {
            try checkRecovery(of: image, acknowledged: acknowledged, final: final)
          }
        }
      }
    }
  }

  private func checkRecovery(
    of image: [UInt8], acknowledged: TreeHead?, final: (bytes: [UInt8], ends: [Int], heads: [TreeHead])
  ) throws {
    let storage = FaultyStorage(image)
    let ledger = try LedgerFile(storage: storage, for: .appending)
    if let acknowledged { try ledger.verify(against: acknowledged) }
    #expect(ledger.head == final.heads[ledger.count])
    #expect(storage.durable == Array(final.bytes.prefix(final.ends[ledger.count])))
    let (head, failed) = work(on: storage)
    #expect(!failed)
    #expect(head == final.heads[4])
    #expect(storage.durable == final.bytes)
  }

  /// After one failed append the process goes on: the instance refuses, opening again works.
  @Test func aFailedAppendIsTakenBack() throws {
    for operation in 2...3 {
      for partialBytes in [0, 1, 40, 1000] {
        let storage = FaultyStorage()
        storage.staysBroken = false
        storage.failure = (operation, partialBytes)
        let ledger = try LedgerFile(storage: storage, for: .appending)
        #expect(throws: LedgerError.self) { try ledger.append(sampleRun(0)) }
        #expect(ledger.count == 0)
        #expect(throws: LedgerError.self) { try ledger.append(sampleRun(0)) }
        let again = try LedgerFile(storage: storage, for: .appending)
        #expect(again.tornTail == nil)
        #expect(again.count == 0)
        try again.append(sampleRun(0))
        #expect(storage.durable == (try sampleLedger(1)).bytes)
      }
    }
  }
}
