/// Instrument definitions changed in every version of the format, so they have three tables.
extension DBNLayout {
  static let definition1 = DBNLayout(
    """
    ts_recv u64, min_price_increment i64, display_factor i64, expiration u64, activation u64, high_limit_price i64,
    low_limit_price i64, max_price_variation i64, trading_reference_price i64, unit_of_measure_qty i64,
    min_price_increment_amount i64, price_ratio i64, inst_attrib_value i32, underlying_id u32, raw_instrument_id u32,
    market_depth_implied i32, market_depth i32, market_segment_id u32, max_trade_vol u32, min_lot_size i32,
    min_lot_size_block i32, min_lot_size_round_lot i32, min_trade_vol u32, - 4, contract_multiplier i32,
    decay_quantity i32, original_contract_size i32, - 4, trading_reference_date u16, appl_id i16, maturity_year u16,
    decay_start_date u16, channel_id u16, currency 4, settl_currency 4, secsubtype 6, raw_symbol 22, group 21,
    exchange 5, asset 7, cfi 7, security_type 7, unit_of_measure 31, underlying 21, strike_price_currency 4,
    instrument_class char, - 2, strike_price i64, - 6, match_algorithm char, md_security_trading_status u8,
    main_fraction u8, price_display_format u8, settl_price_type u8, sub_fraction u8, underlying_product u8,
    security_update_action char, maturity_month u8, maturity_day u8, maturity_week u8, user_defined_instrument char,
    contract_multiplier_unit i8, flow_schedule_type i8, tick_rule u8, - 3
    """)

  static let definition2 = DBNLayout(
    """
    ts_recv u64, min_price_increment i64, display_factor i64, expiration u64, activation u64, high_limit_price i64,
    low_limit_price i64, max_price_variation i64, trading_reference_price i64, unit_of_measure_qty i64,
    min_price_increment_amount i64, price_ratio i64, strike_price i64, inst_attrib_value i32, underlying_id u32,
    raw_instrument_id u32, market_depth_implied i32, market_depth i32, market_segment_id u32, max_trade_vol u32,
    min_lot_size i32, min_lot_size_block i32, min_lot_size_round_lot i32, min_trade_vol u32, contract_multiplier i32,
    decay_quantity i32, original_contract_size i32, trading_reference_date u16, appl_id i16, maturity_year u16,
    decay_start_date u16, channel_id u16, currency 4, settl_currency 4, secsubtype 6, raw_symbol 71, group 21,
    exchange 5, asset 7, cfi 7, security_type 7, unit_of_measure 31, underlying 21, strike_price_currency 4,
    instrument_class char, match_algorithm char, md_security_trading_status u8, main_fraction u8,
    price_display_format u8, settl_price_type u8, sub_fraction u8, underlying_product u8, security_update_action char,
    maturity_month u8, maturity_day u8, maturity_week u8, user_defined_instrument char, contract_multiplier_unit i8,
    flow_schedule_type i8, tick_rule u8, - 10
    """)

  static let definition3 = DBNLayout(
    """
    ts_recv u64, min_price_increment i64, display_factor i64, expiration u64, activation u64, high_limit_price i64,
    low_limit_price i64, max_price_variation i64, unit_of_measure_qty i64, min_price_increment_amount i64,
    price_ratio i64, strike_price i64, raw_instrument_id u64, leg_price i64, leg_delta i64, inst_attrib_value i32,
    underlying_id u32, market_depth_implied i32, market_depth i32, market_segment_id u32, max_trade_vol u32,
    min_lot_size i32, min_lot_size_block i32, min_lot_size_round_lot i32, min_trade_vol u32, contract_multiplier i32,
    decay_quantity i32, original_contract_size i32, leg_instrument_id u32, leg_ratio_price_numerator i32,
    leg_ratio_price_denominator i32, leg_ratio_qty_numerator i32, leg_ratio_qty_denominator i32,
    leg_underlying_id u32, appl_id i16, maturity_year u16, decay_start_date u16, channel_id u16, leg_count u16,
    leg_index u16, currency 4, settl_currency 4, secsubtype 6, raw_symbol 71, group 21, exchange 5, asset 11, cfi 7,
    security_type 7, unit_of_measure 31, underlying 21, strike_price_currency 4, leg_raw_symbol 71,
    instrument_class char, match_algorithm char, main_fraction u8, price_display_format u8, sub_fraction u8,
    underlying_product u8, security_update_action char, maturity_month u8, maturity_day u8, maturity_week u8,
    user_defined_instrument char, contract_multiplier_unit i8, flow_schedule_type i8, tick_rule u8,
    leg_instrument_class char, leg_side char, - 17
    """)
}
