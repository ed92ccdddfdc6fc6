/// What a lane may buy with, and what its positions must be backed with.
public struct CreditTerms: Hashable, Sendable {
  public var credit: AccountTerms.Credit
  public var capital: Money
  /// Used with credit only; amounts per unit are not.
  public var margin: MarginRule
  /// Less equity than keeping the positions asks for closes them all; otherwise nobody does.
  public var closesOnCall = false

  public init(credit: AccountTerms.Credit, capital: Money, margin: MarginRule = .full) {
    self.credit = credit
    self.capital = capital
    self.margin = margin
  }
}

/// Adds up what an account is worth and what must back it, instrument after instrument, as exact money of one currency.
///
/// Amounts beyond `Money.limit` make the sum too large to be told; whoever asks must then refuse.
public struct BackingSum: Hashable, Sendable {
  public private(set) var equity: Money
  public private(set) var requirement = Money.zero
  public private(set) var isTooLarge = false

  public init(capital: Money) { equity = capital }

  /// Cash and position of an instrument at the mark, less fees; the cash alone without a mark.
  public mutating func add(_ ledger: PositionLedger, mark: MarkPrice?, contract: ContractValue) {
    addCash(ledger, contract: contract)
    if let mark { addValue(lots: ledger.lots, mark: mark, contract: contract) }
  }

  /// A position of an instrument alone, at the mark.
  public mutating func addValue(lots: Int64, mark: MarkPrice, contract: ContractValue) {
    if lots != 0 { equity = sum(equity, value(lots: lots, mark: mark, contract: contract)) }
  }

  /// Cash of an instrument alone, less fees.
  public mutating func addCash(_ ledger: PositionLedger, contract: ContractValue) {
    equity = sum(equity, money(counts: ledger.cash, contract: contract))
    guard let fees = contract.money(billionths: ledger.fees) else { return isTooLarge = true }
    equity = sum(equity, -fees)
  }

  /// Cash and position of an instrument, and what keeping the position asks for; neither without a mark.
  public mutating func keep(_ ledger: PositionLedger, mark: MarkPrice?, rule: MarginRule, contract: ContractValue) {
    add(ledger, mark: mark, contract: contract)
    guard let mark, ledger.lots != 0 else { return }
    require(lots: ledger.lots, mark: mark, rule: rule, isInitial: false, contract: contract)
  }

  /// Whether positions are held and there is less than keeping them asks for.
  public var isCalled: Bool { requirement > .zero && (isTooLarge || equity < requirement) }

  /// What must back signed lots at a mark.
  public mutating func require(
    lots: Int64, mark: MarkPrice, rule: MarginRule, isInitial: Bool, contract: ContractValue
  ) {
    requirement = sum(
      requirement, backing(lots: lots, mark: mark, rule: rule, isInitial: isInitial, contract: contract))
  }

  /// What must back signed lots, without adding it.
  public mutating func backing(
    lots: Int64, mark: MarkPrice, rule: MarginRule, isInitial: Bool, contract: ContractValue
  ) -> Money {
    let value = value(lots: lots, mark: mark, contract: contract)
    guard let backing = rule.backing(lots: lots, value: value, isInitial: isInitial) else {
      isTooLarge = true
      return .zero
    }
    return backing
  }

  /// What signed lots cost at a price.
  public mutating func cost(lots: Int64, price: Int32, contract: ContractValue) -> Money {
    money(counts: contract.value(lots: lots, price: price), contract: contract)
  }

  /// What signed lots are worth at a mark.
  public mutating func value(lots: Int64, mark: MarkPrice, contract: ContractValue) -> Money {
    // Half counts: the doubled value has at most 95 bits and half a count a whole number of atoms or is rounded.
    let atoms = ExactArithmetic.scaled(
      contract.doubledValue(lots: lots, mark: mark), by: contract.moneyPerCount, over: 2)
    guard let atoms, Money(atoms: atoms).magnitude <= .limit else {
      isTooLarge = true
      return .zero
    }
    return Money(atoms: atoms)
  }

  /// So many counts.
  public mutating func money(counts: Int128, contract: ContractValue) -> Money {
    let (atoms, overflows) = counts.multipliedReportingOverflow(by: contract.moneyPerCount)
    guard !overflows, Money(atoms: atoms).magnitude <= .limit else {
      isTooLarge = true
      return .zero
    }
    return Money(atoms: atoms)
  }

  private mutating func sum(_ left: Money, _ right: Money) -> Money {
    // Both lie within the limit, so the sum can be taken before it is checked.
    guard (left + right).magnitude <= .limit else {
      isTooLarge = true
      return left
    }
    return left + right
  }
}
