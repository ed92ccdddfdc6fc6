import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct PitchTests {
  static let name = "pitch_2009-03-02.txt"
  static let sample = """
    28800011AAK27GA0000DTS000100SH    0000619200Y
    28800013dAK27GA0000DUB000300SDSLONG 0000549300YMPID
    28800012XAK27GA0000DT000040
    28800012EAK27GA0000DU0001000000000000E1
    28800012XAK27GA0000DT000060
    S28800012XAK27GA0000ZZ000060
    28800014P00000000000AB000500OIH   00008000000000000000T1
    28800014r00000000000AS000500OIHLONGX00008000000000000000T2
    28800015B0000000000T1
    28800016HOIH     H0XX
    28800017sSDSLONG\u{20}
    28800018EAK27GA0000DU0001000000000000E2
    28800019I anything

    """

  @Test func decodesEveryMessage() throws {
    let read = try decode(PitchDecoder.self, Self.sample, name: Self.name)
    #expect(read.instruments.map(\.symbol) == ["SH", "SDSLONG", "OIH", "OIHLONGX"])
    #expect(
      read.news.map(\.event.kind) == [
        .add, .add, .reduce, .execute, .cancel, .orphan, .trade, .trade, .orphan, .status, .clear, .orphan,
      ])
    let add = read.news[0]
    #expect(add.price == 619_200 && add.quantity == 100 && add.event.side == .sell)
    // 2009-03-02 08:00:00.011 in New York is 13:00 UTC.
    #expect(add.event.exchangeTime.nanoseconds == 1_235_998_800_011_000_000)
    #expect(read.news[3].event.instrument == 1 && read.news[3].event.sequence == 14 * 36 + 1)
    // A hidden buy order traded, so the aggressor sold.
    #expect(read.news[6].event.side == .sell && read.news[6].event.flags == [.endOfEvent, .hidden])
    // Times may step back; the lines' order stands.
    #expect(read.news[2].event.exchangeTime < read.news[1].event.exchangeTime)
  }

  @Test func saysWhenNobodyStatedTheDay() throws {
    let folder = try TemporaryFolder()
    let dated = try folder.write(Array(Self.sample.utf8), Self.name)
    let undated = try folder.write(Array(Self.sample.utf8), "pitch.txt")
    #expect(try importToArray([dated]).summary.remarks.isEmpty)
    let remarks = try importToArray([undated]).summary.remarks
    #expect(remarks.count == 1 && remarks[0].contains("pitch.txt") && remarks[0].contains("--date"))
    let options = ImportOptions(decoderOptions: ["date": "2009-03-02"])
    let stated = try importToArray([undated], options: options)
    #expect(stated.summary.remarks.isEmpty)
    #expect(try stated.output.events == importToArray([dated]).output.events)
  }

  @Test func selectsInstruments() throws {
    let read = try decode(PitchDecoder.self, Self.sample, name: Self.name, options: ["instrument": "SH"])
    #expect(read.instruments.map(\.symbol) == ["SH"])
    #expect(read.news.map(\.event.kind) == [.add, .reduce, .cancel])
  }

  @Test(arguments: [
    "28800011AAK27GA0000DTS000100SH    000061920\n", "2880001xAAK27GA0000DTS000100SH    0000619200Y\n",
    "28800011AAK27GA0000DTQ000100SH    0000619200Y\n", "28800011?AK27GA0000DT\n", "288\n",
    "99999999999XAK27GA0000DT000040\n", "28800012Xak27ga0000DT000040\n",
  ])
  func refuses(_ text: String) {
    #expect(throws: ImportError.self) { try decode(PitchDecoder.self, text, name: Self.name) }
  }

  @Test func isTotal() throws {
    try checkTotality(PitchDecoder.self, sample: Array(Self.sample.utf8), name: Self.name)
  }

  @Test(.enabled(if: RealData.isPresent)) func matchesTheKnownAnswer() throws {
    let bytes = try realFile("pitch/bats_pitch_example_20k.txt")
    let read = try decode(PitchDecoder.self, bytes, name: "bats.txt", chunk: 1 << 16)
    #expect(read.news.count == 20_000)
    // 286 symbols have orders, two more only hidden trades.
    #expect(read.instruments.count == 288)
    #expect(Set(read.news.filter { $0.event.kind == .add }.map(\.event.instrument)).count == 286)
    #expect(read.count(.add) == 10_361)
    #expect(read.count(.cancel) + read.count(.reduce) == 9_592)
    #expect(read.count(.execute) == 20)
    #expect(read.count(.trade) == 27)
    #expect(read.count(.orphan) == 0)
    let times = read.news.map(\.event.exchangeTime.nanoseconds)
    var latest = Int64.min
    var stepsBack: [Int64] = []
    for time in times {
      if time < latest { stepsBack.append(latest - time) }
      latest = max(latest, time)
    }
    #expect(stepsBack.count == 1_220 && stepsBack.max() == 2_000_000)
    #expect(times.first == 28_800_011_000_000)
    var twins = Array(repeating: LevelTwin(), count: read.instruments.count)
    var traded: [String: Int64] = [:]
    for record in read.news {
      twins[Int(record.event.instrument)].apply(record)
      if record.event.kind == .execute || record.event.kind == .trade {
        traded[read.instruments[Int(record.event.instrument)].symbol, default: 0] += record.quantity
      }
    }
    #expect(twins.map(\.restingOrders).reduce(0, +) == 784)
    #expect(traded["OIH"] == 5_000 && traded["SPY"] == 2_000 && traded["DRYS"] == 1_209 && traded.count == 14)
    for (symbol, bid, ask) in [("SPY", 1_425_900, 1_426_000), ("IWM", 736_900, 737_200), ("DIA", 1_299_000, 1_299_200)]
    {
      let number = try #require(read.instruments.firstIndex { $0.symbol == symbol })
      #expect(twins[number].bestPrice(.buy) == Int64(bid) && twins[number].bestPrice(.sell) == Int64(ask))
    }
  }
}
