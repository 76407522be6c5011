//! The table of generic instructions: what compilers write into `.beam` files. Everything else in this
//! crate that knows an instruction by name is derived from here.
//!
//! Numbers, names and arities are frozen by OTP (1 to 191 in OTP 29, `beam_opcodes:opname/1`). A line reads
//!
//! ```text
//! /// What it does.
//! NUMBER Variant "wire_name" status (operand: Kind, operand: Kind trusts Assumption, ...);
//! ```
//!
//! The status is `live` for what compilers of OTP 25 to 29 may emit, and `retired` for what OTP 25 no longer loads.
//! The kinds are those of [`OperandKind`](crate::OperandKind). `trusts` marks an operand about which the
//! compiler asks to be believed: the machine of OTP runs such an instruction without testing it, and here
//! it is only run unchecked where the verifier proved the [`Assumption`](crate::Assumption) itself.

/// Calls the macro named by its argument with the whole table of generic instructions.
#[macro_export]
macro_rules! for_each_generic {
    ($derive:ident) => { $derive! {
        /// Names this place in the code and begins a basic block.
        1 Label "label" live (label: Count);
        /// Begins a function; reached by a jump, raises `function_clause` with the arguments.
        2 FuncInfo "func_info" live (module: Atom, function: Atom, arity: Count);
        /// Ends the code of the module.
        3 IntCodeEnd "int_code_end" live ();
        /// Calls a function of this module.
        4 Call "call" live (arity: Count, target: Label);
        /// Drops the frame and calls a function of this module in its place.
        5 CallLast "call_last" live (arity: Count, target: Label, deallocate: Count);
        /// Calls a function of this module in place of this one, which has no frame.
        6 CallOnly "call_only" live (arity: Count, target: Label);
        /// Calls an imported function.
        7 CallExt "call_ext" live (arity: Count, import: Import);
        /// Drops the frame and calls an imported function in its place.
        8 CallExtLast "call_ext_last" live (arity: Count, import: Import, deallocate: Count);
        /// Calls a guard function of no arguments, which cannot fail.
        9 Bif0 "bif0" live (import: Import, destination: Destination);
        /// Calls a guard function that builds nothing; when it fails, jumps or raises.
        10 Bif1 "bif1" live (fail: Fail, import: Import, first: Source, destination: Destination);
        /// Calls a guard function that builds nothing; when it fails, jumps or raises.
        11 Bif2 "bif2" live (fail: Fail, import: Import, first: Source, second: Source, destination: Destination);
        /// Makes a frame of uninitialised slots.
        12 Allocate "allocate" live (slots: Count, live: Count);
        /// Makes a frame of uninitialised slots and reserves heap.
        13 AllocateHeap "allocate_heap" live (slots: Count, heap: Heap, live: Count);
        /// Makes a frame of slots that hold nil.
        14 AllocateZero "allocate_zero" live (slots: Count, live: Count);
        /// Makes a frame of slots that hold nil and reserves heap.
        15 AllocateHeapZero "allocate_heap_zero" live (slots: Count, heap: Heap, live: Count);
        /// Reserves heap for the instructions that build terms until the next reservation or call.
        16 TestHeap "test_heap" live (heap: Heap, live: Count);
        /// Sets a frame slot to nil.
        17 Init "init" live (slot: Slot);
        /// Drops the frame.
        18 Deallocate "deallocate" live (slots: Count);
        /// Returns X0 to the caller.
        19 Return "return" live ();
        /// Sends X1 to X0; X0 is then the message.
        20 Send "send" live ();
        /// Takes the message that `loop_rec` showed out of the mailbox and ends the receive.
        21 RemoveMessage "remove_message" live ();
        /// Ends a receive whose time ran out.
        22 Timeout "timeout" live ();
        /// Shows the next message of the mailbox, or jumps when there is none.
        23 LoopRec "loop_rec" live (empty: Label, destination: Destination);
        /// Passes over the message that `loop_rec` showed and jumps back to it.
        24 LoopRecEnd "loop_rec_end" live (target: Label);
        /// Waits for a message, then jumps.
        25 Wait "wait" live (target: Label);
        /// Waits for a message, then jumps; goes on at the next instruction when the time has run out.
        26 WaitTimeout "wait_timeout" live (target: Label, time: Source);
        /// Addition, before `gc_bif2`.
        27 MPlus "m_plus" retired (a: Any, b: Any, c: Any, d: Any);
        /// Subtraction, before `gc_bif2`.
        28 MMinus "m_minus" retired (a: Any, b: Any, c: Any, d: Any);
        /// Multiplication, before `gc_bif2`.
        29 MTimes "m_times" retired (a: Any, b: Any, c: Any, d: Any);
        /// Division, before `gc_bif2`.
        30 MDiv "m_div" retired (a: Any, b: Any, c: Any, d: Any);
        /// Integer division, before `gc_bif2`.
        31 IntDiv "int_div" retired (a: Any, b: Any, c: Any, d: Any);
        /// Integer remainder, before `gc_bif2`.
        32 IntRem "int_rem" retired (a: Any, b: Any, c: Any, d: Any);
        /// Bitwise and, before `gc_bif2`.
        33 IntBand "int_band" retired (a: Any, b: Any, c: Any, d: Any);
        /// Bitwise or, before `gc_bif2`.
        34 IntBor "int_bor" retired (a: Any, b: Any, c: Any, d: Any);
        /// Bitwise exclusive or, before `gc_bif2`.
        35 IntBxor "int_bxor" retired (a: Any, b: Any, c: Any, d: Any);
        /// Shift to the left, before `gc_bif2`.
        36 IntBsl "int_bsl" retired (a: Any, b: Any, c: Any, d: Any);
        /// Shift to the right, before `gc_bif2`.
        37 IntBsr "int_bsr" retired (a: Any, b: Any, c: Any, d: Any);
        /// Bitwise complement, before `gc_bif1`.
        38 IntBnot "int_bnot" retired (a: Any, b: Any, c: Any);
        /// Goes on if the first is less than the second, else jumps.
        39 IsLt "is_lt" live (fail: Label, first: Source, second: Source);
        /// Goes on if the first is greater than or equal to the second, else jumps.
        40 IsGe "is_ge" live (fail: Label, first: Source, second: Source);
        /// Goes on if the two are equal (`==`), else jumps.
        41 IsEq "is_eq" live (fail: Label, first: Source, second: Source);
        /// Goes on if the two differ (`/=`), else jumps.
        42 IsNe "is_ne" live (fail: Label, first: Source, second: Source);
        /// Goes on if the two are exactly equal (`=:=`), else jumps.
        43 IsEqExact "is_eq_exact" live (fail: Label, first: Source, second: Source);
        /// Goes on if the two are not exactly equal (`=/=`), else jumps.
        44 IsNeExact "is_ne_exact" live (fail: Label, first: Source, second: Source);
        /// Goes on if the operand is an integer, else jumps.
        45 IsInteger "is_integer" live (fail: Label, source: Source);
        /// Goes on if the operand is a float, else jumps.
        46 IsFloat "is_float" live (fail: Label, source: Source);
        /// Goes on if the operand is an integer or a float, else jumps.
        47 IsNumber "is_number" live (fail: Label, source: Source);
        /// Goes on if the operand is an atom, else jumps.
        48 IsAtom "is_atom" live (fail: Label, source: Source);
        /// Goes on if the operand is a pid, else jumps.
        49 IsPid "is_pid" live (fail: Label, source: Source);
        /// Goes on if the operand is a reference, else jumps.
        50 IsReference "is_reference" live (fail: Label, source: Source);
        /// Goes on if the operand is a port, else jumps.
        51 IsPort "is_port" live (fail: Label, source: Source);
        /// Goes on if the operand is the empty list, else jumps.
        52 IsNil "is_nil" live (fail: Label, source: Source);
        /// Goes on if the operand is a binary, else jumps.
        53 IsBinary "is_binary" live (fail: Label, source: Source);
        /// Test for a constant, before OTP R12.
        54 IsConstant "is_constant" retired (a: Any, b: Any);
        /// Goes on if the operand is a cons or the empty list, else jumps.
        55 IsList "is_list" live (fail: Label, source: Source);
        /// Goes on if the operand is a cons, else jumps.
        56 IsNonemptyList "is_nonempty_list" live (fail: Label, source: Source);
        /// Goes on if the operand is a tuple, else jumps.
        57 IsTuple "is_tuple" live (fail: Label, source: Source);
        /// Goes on if the tuple has this arity, else jumps.
        58 TestArity "test_arity" live (fail: Label, tuple: Source trusts Tuple, arity: Count);
        /// Jumps to the label that stands beside the value in the table, or to `fail`.
        59 SelectVal "select_val" live (source: Source, fail: Label, table: ValueTable);
        /// Jumps to the label that stands beside the tuple's arity in the table, or to `fail`.
        60 SelectTupleArity "select_tuple_arity" live (tuple: Source trusts Tuple, fail: Label, table: ArityTable);
        /// Jumps.
        61 Jump "jump" live (target: Label);
        /// Puts a catch tag into a frame slot: an exception from here on arrives at the handler.
        62 Catch "catch" live (slot: Slot, handler: Label);
        /// Removes the catch tag; after an exception, makes X0 the value of the `catch` expression.
        63 CatchEnd "catch_end" live (slot: Slot);
        /// Copies a term.
        64 Move "move" live (source: Source, destination: Destination);
        /// Splits a cons.
        65 GetList "get_list" live (source: Register trusts Cons, head: Destination, tail: Destination);
        /// Takes an element (counted from 0) out of a tuple.
        66 GetTupleElement "get_tuple_element" live
            (tuple: Register trusts TupleWithElement, index: Count, destination: Destination);
        /// Overwrites an element (counted from 0) of a tuple that nothing else has seen.
        67 SetTupleElement "set_tuple_element" live
            (value: Source, tuple: Register trusts FreshTupleWithElement, index: Count);
        /// Building of a string, before OTP R13.
        68 PutString "put_string" retired (a: Any, b: Any, c: Any);
        /// Builds a cons.
        69 PutList "put_list" live (head: Source, tail: Source, destination: Destination);
        /// Building of a tuple in steps, before OTP 22.
        70 PutTuple "put_tuple" retired (a: Any, b: Any);
        /// One element for `put_tuple`, before OTP 22.
        71 Put "put" retired (a: Any);
        /// Raises `{badmatch, Value}`.
        72 Badmatch "badmatch" live (value: Source);
        /// Raises `if_clause`.
        73 IfEnd "if_end" live ();
        /// Raises `{case_clause, Value}`.
        74 CaseEnd "case_end" live (value: Source);
        /// Calls the fun in the X register after the arguments.
        75 CallFun "call_fun" live (arity: Count);
        /// Building of a fun, before OTP R8.
        76 MakeFun "make_fun" retired (a: Any, b: Any, c: Any);
        /// Goes on if the operand is a fun, else jumps.
        77 IsFunction "is_function" live (fail: Label, source: Source);
        /// Calls an imported function in place of this one, which has no frame.
        78 CallExtOnly "call_ext_only" live (arity: Count, import: Import);
        /// Start of matching, before OTP R11.
        79 BsStartMatch "bs_start_match" retired (a: Any, b: Any);
        /// Integer segment, before OTP R11.
        80 BsGetInteger "bs_get_integer" retired (a: Any, b: Any, c: Any, d: Any, e: Any);
        /// Float segment, before OTP R11.
        81 BsGetFloat "bs_get_float" retired (a: Any, b: Any, c: Any, d: Any, e: Any);
        /// Binary segment, before OTP R11.
        82 BsGetBinary "bs_get_binary" retired (a: Any, b: Any, c: Any, d: Any, e: Any);
        /// Skipped segment, before OTP R11.
        83 BsSkipBits "bs_skip_bits" retired (a: Any, b: Any, c: Any, d: Any);
        /// Test of what is left, before OTP R11.
        84 BsTestTail "bs_test_tail" retired (a: Any, b: Any);
        /// Saved position, before OTP R11.
        85 BsSave "bs_save" retired (a: Any);
        /// Restored position, before OTP R11.
        86 BsRestore "bs_restore" retired (a: Any);
        /// Start of building a binary, before OTP R11.
        87 BsInit "bs_init" retired (a: Any, b: Any);
        /// End of building a binary, before OTP R11.
        88 BsFinal "bs_final" retired (a: Any, b: Any);
        /// Appends an integer to the binary being built. Before OTP 25's `bs_create_bin`.
        89 BsPutInteger "bs_put_integer" live (fail: Fail, size: Source, unit: Count, flags: Count, source: Source);
        /// Appends a bit string to the binary being built. Before OTP 25's `bs_create_bin`.
        90 BsPutBinary "bs_put_binary" live (fail: Fail, size: Source, unit: Count, flags: Count, source: Source);
        /// Appends a float to the binary being built. Before OTP 25's `bs_create_bin`.
        91 BsPutFloat "bs_put_float" live (fail: Fail, size: Source, unit: Count, flags: Count, source: Source);
        /// Appends bytes of the string table to the binary being built. Before OTP 25's `bs_create_bin`.
        92 BsPutString "bs_put_string" live (bytes: Count, offset: Count);
        /// Reservation of a buffer, before OTP R11.
        93 BsNeedBuf "bs_need_buf" retired (a: Any);
        /// Forgets earlier floating-point errors. Does nothing since OTP 24.
        94 Fclearerror "fclearerror" live ();
        /// Raises `badarith` after a floating-point error. Does nothing since OTP 24.
        95 Fcheckerror "fcheckerror" live (fail: Fail);
        /// Copies a float between a float register and a term.
        96 Fmove "fmove" live (source: FloatSource trusts Float, destination: FloatDestination);
        /// Converts a number to a float in a float register, or raises `badarith`.
        97 Fconv "fconv" live (source: Source, destination: FloatRegister);
        /// Adds float registers.
        98 Fadd "fadd" live
            (fail: Fail, first: FloatRegister, second: FloatRegister, destination: FloatRegister);
        /// Subtracts float registers.
        99 Fsub "fsub" live
            (fail: Fail, first: FloatRegister, second: FloatRegister, destination: FloatRegister);
        /// Multiplies float registers.
        100 Fmul "fmul" live
            (fail: Fail, first: FloatRegister, second: FloatRegister, destination: FloatRegister);
        /// Divides float registers.
        101 Fdiv "fdiv" live
            (fail: Fail, first: FloatRegister, second: FloatRegister, destination: FloatRegister);
        /// Negates a float register.
        102 Fnegate "fnegate" live (fail: Fail, source: FloatRegister, destination: FloatRegister);
        /// Builds a fun in X0 whose free variables are the first X registers. Before OTP 24's `make_fun3`.
        103 MakeFun2 "make_fun2" live (lambda: Lambda);
        /// Puts a try tag into a frame slot: an exception from here on arrives at the handler.
        104 Try "try" live (slot: Slot, handler: Label);
        /// Removes the try tag.
        105 TryEnd "try_end" live (slot: Slot);
        /// Removes the try tag after an exception: X0 to X2 are class, reason and raw trace.
        106 TryCase "try_case" live (slot: Slot trusts Exception);
        /// Raises `{try_clause, Value}`.
        107 TryCaseEnd "try_case_end" live (value: Source);
        /// Raises again an exception that was caught.
        108 Raise "raise" live (trace: Source, reason: Source);
        /// Starts building a binary of a size in bytes. Before OTP 25's `bs_create_bin`.
        109 BsInit2 "bs_init2" live
            (fail: Fail, size: Size, heap: Heap, live: Count, flags: Count, destination: Destination);
        /// Bits to bytes, before OTP 24.
        110 BsBitsToBytes "bs_bits_to_bytes" retired (a: Any, b: Any, c: Any);
        /// Computes first + second * unit. Before OTP 25's `bs_create_bin`.
        111 BsAdd "bs_add" live
            (fail: Fail, first: Source, second: Source, unit: Count, destination: Destination);
        /// Calls `Module:Function` with the arguments; both stand after them in X registers.
        112 Apply "apply" live (arity: Count);
        /// Drops the frame and calls `Module:Function` in its place.
        113 ApplyLast "apply_last" live (arity: Count, deallocate: Count);
        /// Goes on if the operand is `true` or `false`, else jumps.
        114 IsBoolean "is_boolean" live (fail: Label, source: Source);
        /// Goes on if the operand is a fun of this arity, else jumps.
        115 IsFunction2 "is_function2" live (fail: Label, source: Source, arity: Source);
        /// Start of matching, before OTP 22.
        116 BsStartMatch2 "bs_start_match2" retired (a: Any, b: Any, c: Any, d: Any, e: Any);
        /// Matches an integer segment.
        117 BsGetInteger2 "bs_get_integer2" live
            (fail: Label, context: Register, live: Count, size: Source, unit: Count, flags: Count,
             destination: Destination);
        /// Matches a float segment.
        118 BsGetFloat2 "bs_get_float2" live
            (fail: Label, context: Register, live: Count, size: Source, unit: Count, flags: Count,
             destination: Destination);
        /// Matches a binary segment; the size `all` takes what is left.
        119 BsGetBinary2 "bs_get_binary2" live
            (fail: Label, context: Register, live: Count, size: Source, unit: Count, flags: Count,
             destination: Destination);
        /// Skips a segment.
        120 BsSkipBits2 "bs_skip_bits2" live
            (fail: Label, context: Register, size: Source, unit: Count, flags: Count);
        /// Goes on if exactly so many bits are left, else jumps.
        121 BsTestTail2 "bs_test_tail2" live (fail: Label, context: Register, bits: BitCount);
        /// Saved position, before OTP 22.
        122 BsSave2 "bs_save2" retired (a: Any, b: Any);
        /// Restored position, before OTP 22.
        123 BsRestore2 "bs_restore2" retired (a: Any, b: Any);
        /// Calls a guard function that may build a term; when it fails, jumps or raises.
        124 GcBif1 "gc_bif1" live
            (fail: Fail, live: Count, import: Import, first: Source, destination: Destination);
        /// Calls a guard function that may build a term; when it fails, jumps or raises.
        125 GcBif2 "gc_bif2" live
            (fail: Fail, live: Count, import: Import, first: Source, second: Source, destination: Destination);
        /// End of building bits, never used.
        126 BsFinal2 "bs_final2" retired (a: Any, b: Any);
        /// Bits to bytes, never used.
        127 BsBitsToBytes2 "bs_bits_to_bytes2" retired (a: Any, b: Any);
        /// Load of a literal, before OTP R12.
        128 PutLiteral "put_literal" retired (a: Any, b: Any);
        /// Goes on if the operand is a bit string, else jumps.
        129 IsBitstr "is_bitstr" live (fail: Label, source: Source);
        /// Context back to a binary, before OTP 22.
        130 BsContextToBinary "bs_context_to_binary" retired (a: Any);
        /// Goes on if the bits left are a multiple of the unit, else jumps.
        131 BsTestUnit "bs_test_unit" live (fail: Label, context: Register, unit: Count);
        /// Matches bits of the string table.
        132 BsMatchString "bs_match_string" live (fail: Label, context: Register, bits: Count, offset: Count);
        /// Replaces the size in X0 by an empty binary with room for so much.
        133 BsInitWritable "bs_init_writable" live ();
        /// Starts building a binary as an extension of another. Before OTP 25's `bs_create_bin`.
        134 BsAppend "bs_append" live
            (fail: Fail, size: Size, heap: Heap, live: Count, unit: Count, binary: Source, flags: Count,
             destination: Destination);
        /// Starts building a binary as an extension of one not shared. Before OTP 25's `bs_create_bin`.
        135 BsPrivateAppend "bs_private_append" live
            (fail: Fail, size: Size, unit: Count, binary: Source, flags: Count, destination: Destination);
        /// Drops the frame's first slots.
        136 Trim "trim" live (slots: Count, remaining: Count);
        /// Starts building a bit string of a size in bits. Before OTP 25's `bs_create_bin`.
        137 BsInitBits "bs_init_bits" live
            (fail: Fail, size: Size, heap: Heap, live: Count, flags: Count, destination: Destination);
        /// Matches a code point in UTF-8.
        138 BsGetUtf8 "bs_get_utf8" live
            (fail: Label, context: Register, live: Count, flags: Count, destination: Destination);
        /// Skips a code point in UTF-8.
        139 BsSkipUtf8 "bs_skip_utf8" live (fail: Label, context: Register, live: Count, flags: Count);
        /// Matches a code point in UTF-16.
        140 BsGetUtf16 "bs_get_utf16" live
            (fail: Label, context: Register, live: Count, flags: Count, destination: Destination);
        /// Skips a code point in UTF-16.
        141 BsSkipUtf16 "bs_skip_utf16" live (fail: Label, context: Register, live: Count, flags: Count);
        /// Matches a code point in UTF-32.
        142 BsGetUtf32 "bs_get_utf32" live
            (fail: Label, context: Register, live: Count, flags: Count, destination: Destination);
        /// Skips a code point in UTF-32.
        143 BsSkipUtf32 "bs_skip_utf32" live (fail: Label, context: Register, live: Count, flags: Count);
        /// Size of a code point in UTF-8. Before OTP 25's `bs_create_bin`.
        144 BsUtf8Size "bs_utf8_size" live (fail: Fail, source: Source, destination: Destination);
        /// Appends a code point in UTF-8. Before OTP 25's `bs_create_bin`.
        145 BsPutUtf8 "bs_put_utf8" live (fail: Fail, flags: Count, source: Source);
        /// Size of a code point in UTF-16. Before OTP 25's `bs_create_bin`.
        146 BsUtf16Size "bs_utf16_size" live (fail: Fail, source: Source, destination: Destination);
        /// Appends a code point in UTF-16. Before OTP 25's `bs_create_bin`.
        147 BsPutUtf16 "bs_put_utf16" live (fail: Fail, flags: Count, source: Source);
        /// Appends a code point in UTF-32. Before OTP 25's `bs_create_bin`.
        148 BsPutUtf32 "bs_put_utf32" live (fail: Fail, flags: Count, source: Source);
        /// Marks the function that runs when the module is loaded.
        149 OnLoad "on_load" live ();
        /// Remembers the end of the mailbox. Before OTP 24's markers.
        150 RecvMark "recv_mark" live (receive: Label);
        /// Starts the receive where `recv_mark` stood. Before OTP 24's markers.
        151 RecvSet "recv_set" live (receive: Label);
        /// Calls a guard function that may build a term; when it fails, jumps or raises.
        152 GcBif3 "gc_bif3" live
            (fail: Fail, live: Count, import: Import, first: Source, second: Source, third: Source,
             destination: Destination);
        /// Gives the line of the instructions that follow.
        153 Line "line" live (line: LineIndex);
        /// Builds a map from another and pairs.
        154 PutMapAssoc "put_map_assoc" live
            (fail: Fail, source: Source trusts Map, destination: Destination, live: Count, pairs: Pairs);
        /// Builds a map from another and pairs whose keys are there already; else jumps or raises.
        155 PutMapExact "put_map_exact" live
            (fail: Fail, source: Source trusts Map, destination: Destination, live: Count, pairs: Pairs);
        /// Goes on if the operand is a map, else jumps.
        156 IsMap "is_map" live (fail: Label, source: Source);
        /// Goes on if the map has all keys, else jumps.
        157 HasMapFields "has_map_fields" live (fail: Label, source: Source trusts Map, keys: Sources);
        /// Takes the values of keys out of a map; jumps if one is missing.
        158 GetMapElements "get_map_elements" live
            (fail: Label, source: Source trusts Map, elements: Elements);
        /// Goes on if the operand is a tuple of this arity with this first element, else jumps.
        159 IsTaggedTuple "is_tagged_tuple" live (fail: Label, source: Source, arity: Count, tag: Atom);
        /// Turns the raw trace in X0 into a list.
        160 BuildStacktrace "build_stacktrace" live ();
        /// Raises the class in X0, reason in X1 and raw trace in X2; X0 becomes `badarg` if the class is none.
        161 RawRaise "raw_raise" live ();
        /// Takes the head of a cons.
        162 GetHd "get_hd" live (source: Register trusts Cons, head: Destination);
        /// Takes the tail of a cons.
        163 GetTl "get_tl" live (source: Register trusts Cons, tail: Destination);
        /// Builds a tuple.
        164 PutTuple2 "put_tuple2" live (destination: Destination, elements: Sources);
        /// Makes a bit string of what is left to match.
        165 BsGetTail "bs_get_tail" live (context: Register, destination: Destination, live: Count);
        /// Makes a matching context, or jumps if the operand is no bit string.
        166 BsStartMatch3 "bs_start_match3" live
            (fail: Label, source: Source, live: Count, destination: Destination);
        /// Reads the position of a context.
        167 BsGetPosition "bs_get_position" live (context: Register, destination: Destination, live: Count);
        /// Sets the position of a context to one read before.
        168 BsSetPosition "bs_set_position" live (context: Register, position: Register);
        /// Exchanges two registers.
        169 Swap "swap" live (first: Register, second: Register);
        /// Makes a matching context; may be told that this cannot fail, or that it is one already.
        170 BsStartMatch4 "bs_start_match4" live
            (fail: StartFail, live: Count, source: Source trusts Bits, destination: Destination);
        /// Builds a fun with its free variables.
        171 MakeFun3 "make_fun3" live (lambda: Lambda, destination: Destination, environment: Sources);
        /// Sets frame slots to nil.
        172 InitYregs "init_yregs" live (slots: Slots);
        /// Ties a reserved marker to a reference.
        173 RecvMarkerBind "recv_marker_bind" live (marker: Register, reference: Register);
        /// Forgets the marker tied to the reference.
        174 RecvMarkerClear "recv_marker_clear" live (reference: Register);
        /// Reserves a marker at the end of the mailbox.
        175 RecvMarkerReserve "recv_marker_reserve" live (destination: Destination);
        /// Starts the receive at the marker tied to the reference.
        176 RecvMarkerUse "recv_marker_use" live (reference: Register);
        /// Builds a bit string of segments.
        177 BsCreateBin "bs_create_bin" live
            (fail: Fail, heap: Heap, live: Count, unit: Count, destination: Destination, segments: Segments);
        /// Calls a fun; the tag says what the compiler knows about it.
        178 CallFun2 "call_fun2" live (tag: FunTag, arity: Count, function: Register trusts FunOfArity);
        /// Marks a function that native code may replace.
        179 NifStart "nif_start" live ();
        /// Raises `{badrecord, Value}`.
        180 Badrecord "badrecord" live (value: Source);
        /// Copies a tuple with elements (counted from 1) replaced.
        181 UpdateRecord "update_record" live
            (hint: Atom, size: Count, source: Source trusts TupleOfSize, destination: Destination,
             updates: Updates);
        /// Matches several segments at once.
        182 BsMatch "bs_match" live (fail: Label, context: Register, commands: Commands);
        /// Counts the executions of a line.
        183 ExecutableLine "executable_line" live (line: LineIndex, index: Count);
        /// A place where a debugger may stop.
        184 DebugLine "debug_line" live (kind: Atom, line: LineIndex, index: Count, live: Count);
        /// Calls a guard function that builds nothing; when it fails, jumps or raises.
        185 Bif3 "bif3" live
            (fail: Fail, import: Import, first: Source, second: Source, third: Source, destination: Destination);
        /// Goes on if the operand is a native record, else jumps.
        186 IsAnyNativeRecord "is_any_native_record" live (fail: Label, source: Source);
        /// Goes on if the operand is a native record of this name, else jumps.
        187 IsNativeRecord "is_native_record" live (fail: Label, source: Source, module: Atom, name: Atom);
        /// Takes the values of fields out of a native record, or jumps.
        188 GetRecordElements "get_record_elements" live (fail: Label, source: Source, elements: Elements);
        /// Builds a native record from another or from defaults.
        189 PutRecord "put_record" live
            (fail: Fail, id: Source, source: Source, destination: Destination, live: Count, pairs: Pairs);
        /// Goes on if this module may see the fields of the native record, else jumps.
        190 IsRecordAccessible "is_record_accessible" live (fail: Label, source: Source, id: Source);
        /// Takes one field out of a native record; when it fails, jumps or raises.
        191 GetRecordField "get_record_field" live
            (fail: Fail, source: Source, id: Source, field: Source, destination: Destination);
    } };
}
