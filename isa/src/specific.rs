//! The specific instructions: what the interpreter runs.
//!
//! A lowered instruction is a handler pointer in one word, then its operands, packed and padded to whole words,
//! then for some a list of words:
//!
//! ```text
//! | handler | varied operands ... fixed operands ... padding | list ... |
//! ```
//!
//! A *varied* operand has a [`Form`] chosen when the module is lowered; each combination of forms has a handler of
//! its own, an instantiation of the one generic body. A *fixed* operand is always read alike. The table below is
//! the only list of the instructions: the enumeration, the operand forms, the sizes, the lowering's choice and the
//! table of handlers derive from it.

/// Calls the macro with a line for each specific instruction:
/// `Name "text" [varied operands with their forms] (fixed operands) list-or-plain;`
#[macro_export]
macro_rules! for_each_specific {
    ($apply:ident) => {
        $apply! {
            // Moving and taking apart.
            /// `dst := src`
            Move "move" [src: X0 X Y I C; dst: X0 X Y] () plain;
            /// Exchanges two registers.
            Swap "swap" [a: X0 X Y; b: X0 X Y] () plain;
            /// `[head | tail] := src`, a list proved not to be empty
            GetList "get_list" [src: X0 X Y; head: X0 X Y; tail: X0 X Y] () plain;
            /// As `get_list`, where the verifier could not prove the list.
            GetListChecked "get_list_checked" [src: A; head: X0 X Y; tail: X0 X Y] () plain;
            /// `[dst | _] := src`
            GetHead "get_hd" [src: X0 X Y; dst: X0 X Y] () plain;
            /// As `get_hd`, checked.
            GetHeadChecked "get_hd_checked" [src: A; dst: X0 X Y] () plain;
            /// `[_ | dst] := src`
            GetTail "get_tl" [src: X0 X Y; dst: X0 X Y] () plain;
            /// As `get_tl`, checked.
            GetTailChecked "get_tl_checked" [src: A; dst: X0 X Y] () plain;
            /// `dst := element index of src`, proved to be a tuple that has one; the offset is in bytes.
            GetElement "get_tuple_element" [src: X0 X Y; dst: X0 X Y] (offset: U32) plain;
            /// As `get_tuple_element`, checked.
            GetElementChecked "get_tuple_element_checked" [src: A; dst: X0 X Y] (offset: U32) plain;
            /// Writes into a tuple that nothing else has seen; checked.
            SetElement "set_tuple_element" [value: A; tuple: A] (offset: U32) plain;
            /// `dst := [head | tail]`
            PutList "put_list" [head: X0 X Y A; tail: X0 X Y I A; dst: X0 X Y] () plain;
            /// `dst := {list...}`
            PutTuple "put_tuple2" [dst: X0 X Y] (size: U32) list;

            // Frames and heap room.
            /// A frame of so many Y registers; room is made when there is none.
            Allocate "allocate" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] (live: U16) plain;
            /// A frame, and `words` of heap.
            AllocateHeap "allocate_heap" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] (live: U16, words: U32) plain;
            /// `words` of heap.
            TestHeap "test_heap" [] (live: U16, words: U32) plain;
            /// Gives the frame back.
            Deallocate "deallocate" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] () plain;
            /// Gives the first registers of the frame back.
            Trim "trim" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] () plain;
            /// Returns to the address on the stack.
            Return "return" [] () plain;
            /// `deallocate` and `return` in one.
            DeallocateReturn "deallocate_return" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] () plain;

            /// Counts a run of the instruction behind it, in a cell of its own; only where a machine is asked to count.
            Count "count" [] (cell: Pointer) plain;

            // Calls.
            /// Pushes the return address and goes to `target`, a function's entry.
            Call "call" [] (target: Code) plain;
            /// Gives the frame back and goes to `target`.
            CallLast "call_last" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] (target: Code) plain;
            /// Goes to `target`.
            CallOnly "call_only" [] (target: Code) plain;
            /// A call through an export entry.
            CallExport "call_ext" [] (export: Pointer) plain;
            /// As `call_last`, through an export entry.
            CallExportLast "call_ext_last" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] (export: Pointer) plain;
            /// As `call_only`, through an export entry.
            CallExportOnly "call_ext_only" [] (export: Pointer) plain;
            /// A call to a native function, which needs no return address.
            CallNative "call_native" [] (export: Pointer) plain;
            /// A native function as the last call of a frame.
            CallNativeLast "call_native_last" [frame: S0 S1 S2 S3 S4 S5 S6 S7 S8 SN] (export: Pointer) plain;
            /// A native function as the last call without a frame.
            CallNativeOnly "call_native_only" [] (export: Pointer) plain;
            /// The body of a native function that is reached through its export entry.
            NativeBody "native_body" [] (export: Pointer) plain;
            /// The body of an export that nothing provides: asks the error handler.
            UndefinedBody "undefined_body" [] (export: Pointer) plain;
            /// The code of a fun that came from outside before its module was there: asks for the module.
            UnloadedFun "unloaded_fun" [] (entry: Pointer) plain;
            /// In place of a call that would never return if its native were there: raises `undef`.
            UndefinedCall "undefined_call" [] (export: Pointer) plain;
            /// Calls the fun in the X register behind its arguments.
            CallFun "call_fun" [] (arity: U16) plain;
            /// Calls the fun in `fun`.
            CallFun2 "call_fun2" [fun: X Y A] (arity: U16) plain;
            /// As `call_fun`, as the last call of a frame.
            CallFunLast "call_fun_last" [frame: SN] (arity: U16) plain;
            /// As `call_fun2`, as the last call of a frame.
            CallFun2Last "call_fun2_last" [frame: SN; fun: X Y A] (arity: U16) plain;
            /// Calls module and function in the two X registers behind the arguments.
            Apply "apply" [] (arity: U16) plain;
            /// As `apply`, as the last call of a frame.
            ApplyLast "apply_last" [frame: SN] (arity: U16) plain;
            /// `dst := fun`, with the free variables of the list
            MakeFun "make_fun3" [dst: X0 X Y] (entry: Pointer, count: U32) list;

            // Tests: go on when they hold, to `fail` when not.
            /// Any integer.
            IsInteger "is_integer" [src: X0 X Y A] (fail: Label) plain;
            /// A float.
            IsFloat "is_float" [src: X0 X Y A] (fail: Label) plain;
            /// An integer or a float.
            IsNumber "is_number" [src: X0 X Y A] (fail: Label) plain;
            /// An atom.
            IsAtom "is_atom" [src: X0 X Y A] (fail: Label) plain;
            /// A pid, local or of another node.
            IsPid "is_pid" [src: X0 X Y A] (fail: Label) plain;
            /// A reference.
            IsReference "is_reference" [src: X0 X Y A] (fail: Label) plain;
            /// A port.
            IsPort "is_port" [src: X0 X Y A] (fail: Label) plain;
            /// The empty list.
            IsNil "is_nil" [src: X0 X Y A] (fail: Label) plain;
            /// A cons cell.
            IsCons "is_nonempty_list" [src: X0 X Y A] (fail: Label) plain;
            /// A cons cell or the empty list.
            IsList "is_list" [src: X0 X Y A] (fail: Label) plain;
            /// A binary of whole bytes.
            IsBinary "is_binary" [src: X0 X Y A] (fail: Label) plain;
            /// A binary of any number of bits.
            IsBitstring "is_bitstr" [src: X0 X Y A] (fail: Label) plain;
            /// A tuple.
            IsTuple "is_tuple" [src: X0 X Y A] (fail: Label) plain;
            /// A map.
            IsMap "is_map" [src: X0 X Y A] (fail: Label) plain;
            /// `true` or `false`.
            IsBoolean "is_boolean" [src: X0 X Y A] (fail: Label) plain;
            /// A fun of any kind.
            IsFunction "is_function" [src: X0 X Y A] (fail: Label) plain;
            /// A fun that takes `arity` arguments.
            IsFunction2 "is_function2" [src: A; arity: A] (fail: Label) plain;
            /// A tuple, already proved, of this arity; the header is compared.
            TestArity "test_arity" [src: X0 X Y] (fail: Label, arity: U32) plain;
            /// A tuple of this arity.
            IsTupleOfArity "is_tuple_of_arity" [src: X0 X Y A] (fail: Label, arity: U32) plain;
            /// A tuple of this arity whose first element is this atom.
            IsTaggedTuple "is_tagged_tuple" [src: X0 X Y A] (fail: Label, arity: U32, atom: Pointer) plain;
            /// `a < b`
            IsLess "is_lt" [a: X0 X Y I A; b: X0 X Y I A] (fail: Label) plain;
            /// `a >= b`
            IsAtLeast "is_ge" [a: X0 X Y I A; b: X0 X Y I A] (fail: Label) plain;
            /// `is_lt` that has seen integers and floats.
            IsLessNumber "is_lt_number" [a: X0 X Y I A; b: X0 X Y I A] (fail: Label) plain;
            /// `is_ge` that has seen integers and floats.
            IsAtLeastNumber "is_ge_number" [a: X0 X Y I A; b: X0 X Y I A] (fail: Label) plain;
            /// `a == b`
            IsEqual "is_eq" [a: X0 X Y A; b: X Y I A] (fail: Label) plain;
            /// `a /= b`
            IsNotEqual "is_ne" [a: X0 X Y A; b: X Y I A] (fail: Label) plain;
            /// `a =:= b`
            IsExactEqual "is_eq_exact" [a: X0 X Y A; b: X Y I A] (fail: Label) plain;
            /// `a =/= b`
            IsExactNotEqual "is_ne_exact" [a: X0 X Y A; b: X Y I A] (fail: Label) plain;
            /// `src =:= word`, where the word is an immediate: one comparison.
            IsWord "is_word" [src: X0 X Y; word: I C] (fail: Label) plain;
            /// `src =/= word`, where the word is an immediate.
            IsNotWord "is_not_word" [src: X0 X Y; word: I C] (fail: Label) plain;

            // Jumps.
            /// Goes to `to`.
            Jump "jump" [] (to: Label) plain;
            /// Looks through `count` immediates in order; the list holds them, then their labels two to a word.
            SelectLinear "select_linear" [src: X0 X Y A] (fail: Label, count: U32) list;
            /// The same by hashing: an immediate stands at the place `immediate * factor >> shift` of `1 << (64 - shift)`
            /// or behind it, with no empty place (`HOLE`) between. Not all places are taken.
            SelectHashed "select_hashed" [src: X0 X Y A] (fail: Label, shift: U32, factor: Pointer) list;
            /// A table of labels indexed by a small integer less `low`.
            SelectDense "select_dense" [src: X0 X Y A] (fail: Label, count: U32, low: Pointer) list;
            /// Values of any kind, compared exactly in order.
            SelectGeneric "select_generic" [src: A] (fail: Label, count: U32) list;
            /// The arity of a tuple, by header words in order as `select_linear`.
            SelectArity "select_tuple_arity" [src: X0 X Y A] (fail: Label, count: U32) list;

            // Integers and mixed numbers. `fail` is 0 in a body, where failure is an exception.
            /// `dst := a + b`
            Add "add" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a - b`
            Subtract "subtract" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a * b`
            Multiply "multiply" [a: X0 X A; b: X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `add` that has seen floats.
            AddFloat "add_float" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `add` that has seen integers and floats.
            AddNumber "add_number" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `subtract` that has seen floats.
            SubtractFloat "subtract_float" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `subtract` that has seen integers and floats.
            SubtractNumber "subtract_number" [a: X0 X Y A; b: X0 X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `multiply` that has seen floats.
            MultiplyFloat "multiply_float" [a: X0 X A; b: X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `multiply` that has seen integers and floats.
            MultiplyNumber "multiply_number" [a: X0 X A; b: X Y I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a div b`
            IntDivide "int_divide" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a rem b`
            Remainder "remainder" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a band b`
            BitAnd "bit_and" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a bor b`
            BitOr "bit_or" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a bxor b`
            BitXor "bit_xor" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a bsl b`
            ShiftLeft "shift_left" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a bsr b`
            ShiftRight "shift_right" [a: X0 X A; b: X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := a / b`
            Divide "divide" [a: X0 X A; b: X0 X I A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := -a`
            Negate "negate" [a: A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := bnot a`
            BitNot "bit_not" [a: A; dst: X0 X Y] (fail: Label, live: U16) plain;

            // Natives in guards and bodies that keep their X registers. `live` is `LIVE_UNKNOWN` where the compiler
            // does not tell it, because its machine collects nothing there: nothing may be collected then.
            /// `dst := native()`
            Guard0 "bif0" [dst: X0 X Y] (export: Pointer, fail: Label, live: U16) plain;
            /// `dst := native(a)`
            Guard1 "bif1" [a: A; dst: X0 X Y] (export: Pointer, fail: Label, live: U16) plain;
            /// `dst := native(a, b)`
            Guard2 "bif2" [a: A; b: A; dst: X0 X Y] (export: Pointer, fail: Label, live: U16) plain;
            /// `dst := native(a, b, c)`
            Guard3 "bif3" [a: A; b: A; c: A; dst: X0 X Y] (export: Pointer, fail: Label, live: U16) plain;
            /// `dst := self()`
            SelfPid "self" [dst: X0 X Y] () plain;
            /// `dst := element(index, tuple)`
            Element "element" [index: X0 X A; tuple: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := hd(src)`
            Head "hd" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := tl(src)`
            Tail "tl" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst := tuple_size(src)`
            TupleSize "tuple_size" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16) plain;

            // Floats in their own registers.
            /// A float into a float register.
            FloatLoad "fload" [src: X0 X Y A] (to: U16) plain;
            /// A number into a float register.
            FloatConvert "fconv" [src: X0 X Y A] (to: U16) plain;
            /// A float register as a term.
            FloatStore "fstore" [dst: X0 X Y] (from: U16) plain;
            /// `to := a + b`
            FloatAdd "fadd" [] (a: U16, b: U16, to: U16) plain;
            /// `to := a - b`
            FloatSubtract "fsub" [] (a: U16, b: U16, to: U16) plain;
            /// `to := a * b`
            FloatMultiply "fmul" [] (a: U16, b: U16, to: U16) plain;
            /// `to := a / b`
            FloatDivide "fdiv" [] (a: U16, b: U16, to: U16) plain;
            /// `to := -a`
            FloatNegate "fnegate" [] (a: U16, to: U16) plain;

            // Maps. A slot is where a key stood last in a flat map.
            /// `dst := src#{key => value, ...}`. A list of key, value and slot.
            PutMapAssoc "put_map_assoc" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16, count: U32) list;
            /// `dst := src#{key := value, ...}`. A list as that of `put_map_assoc`.
            PutMapExact "put_map_exact" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16, count: U32) list;
            /// All keys of the list are in the map.
            HasMapFields "has_map_fields" [src: A] (fail: Label, count: U32) list;
            /// Fetches the values of several keys. A list of key, destination and slot.
            GetMapElements "get_map_elements" [src: X0 X Y A] (fail: Label, count: U32) list;
            /// Fetches the value of one key. The list is its slot.
            GetMapElement "get_map_element" [src: X0 X Y; key: I A; dst: X0 X Y] (fail: Label) list;

            // Native records. A list holds operands two by two, a field and its value or where that goes.
            /// A native record.
            IsRecord "is_any_native_record" [src: X0 X Y A] (fail: Label) plain;
            /// A native record of this module and name.
            IsNamedRecord "is_native_record" [src: X0 X Y A] (fail: Label, module: Pointer, name: Pointer) plain;
            /// A native record whose fields can be seen by all, or by the module `home`; that is nil for no module.
            IsAccessible "is_record_accessible" [src: X0 X Y A] (fail: Label, home: Pointer) plain;
            /// Fetches the values of fields.
            GetRecordElements "get_record_elements" [src: X0 X Y A] (fail: Label, count: U32) list;
            /// Fetches the value of a field from a record that is what `id` says: one of this name, one that others may see
            /// and that has this module and name, or `_` for any.
            GetRecordField "get_record_field" [src: A; id: A; dst: X0 X Y] (fail: Label, field: Pointer) plain;
            /// `dst :=` a record of this module, made from its template
            CreateRecord "create_record" [template: A; dst: X0 X Y] (fail: Label, live: U16, count: U32) list;
            /// `dst :=` a record of another module; `id` holds the names of both
            CreateExternalRecord "create_external_record" [id: A; dst: X0 X Y]
                (fail: Label, live: U16, count: U32) list;
            /// `dst := src` with other values
            UpdateNativeRecord "update_native_record" [src: A; dst: X0 X Y]
                (fail: Label, live: U16, count: U32) list;

            // Messages.
            /// Sends x1 to x0; x0 becomes the message.
            Send "send" [] () plain;
            /// `x0 :=` the message at the save pointer, or to `fail` when there is none
            ReceiveNext "loop_rec" [] (fail: Label) plain;
            /// As `loop_rec`, with a copy of the message, for a receive that passes it on before it takes it.
            ReceiveNextCopy "loop_rec_copy" [] (fail: Label) plain;
            /// Skips that message and goes back to `again`.
            ReceiveSkip "loop_rec_end" [] (again: Label) plain;
            /// Takes that message out of the mailbox.
            ReceiveTake "remove_message" [] () plain;
            /// Waits for a message, then goes to `again`.
            Wait "wait" [] (again: Label) plain;
            /// The same for so many milliseconds; goes on when they are over.
            WaitTimeout "wait_timeout" [time: A] (again: Label) plain;
            /// The time is over: the save pointer goes back to the first message.
            Timeout "timeout" [] () plain;
            /// Marks the end of the mailbox for a reference that is made next.
            MarkerReserve "recv_marker_reserve" [dst: X0 X Y] () plain;
            /// Ties the marker to the reference.
            MarkerBind "recv_marker_bind" [marker: A; reference: A] () plain;
            /// Forgets the marker of the reference.
            MarkerClear "recv_marker_clear" [reference: A] () plain;
            /// The next receive starts at the marker of the reference.
            MarkerUse "recv_marker_use" [reference: A] () plain;

            // Exceptions.
            /// Leaves a catch tag for `handler` in a Y register.
            Catch "catch" [] (y: U16, handler: Code) plain;
            /// Ends a `catch`: turns what was thrown into its value.
            CatchEnd "catch_end" [] (y: U16) plain;
            /// Leaves a catch tag for `handler` in a Y register.
            Try "try" [] (y: U16, handler: Code) plain;
            /// Ends a `try` without an exception.
            TryEnd "try_end" [] (y: U16) plain;
            /// Class, reason and trace into x0, x1, x2.
            TryCase "try_case" [] (y: U16) plain;
            /// No clause of the `of` part matched.
            TryCaseEnd "try_case_end" [value: A] () plain;
            /// Raises again what a `try` caught.
            Raise "raise" [trace: A; value: A] () plain;
            /// Raises class x0, reason x1 with trace x2.
            RawRaise "raw_raise" [] () plain;
            /// `x0 :=` the stack trace as a list
            BuildStacktrace "build_stacktrace" [] () plain;
            /// `{badmatch, value}`
            BadMatch "badmatch" [value: A] () plain;
            /// `{badrecord, value}`
            BadRecord "badrecord" [value: A] () plain;
            /// No clause of an `if` held.
            IfEnd "if_end" [] () plain;
            /// No clause of a `case` matched.
            CaseEnd "case_end" [value: A] () plain;
            /// No clause of the function matched. Its word is what an entry's predecessor tells of the function.
            FunctionClause "func_info" [] (function: Pointer) plain;

            // Binaries.
            /// `dst :=` a matching context over `src`; `fail` is 0 where the compiler says that it cannot fail.
            StartMatch "bs_start_match" [src: X0 X Y A; dst: X0 X Y] (fail: Label, live: U16) plain;
            /// `dst :=` what the context has not matched yet
            MatchTail "bs_get_tail" [context: X0 X A; dst: X0 X Y] (live: U16) plain;
            /// `dst :=` the position as an integer
            MatchPosition "bs_get_position" [context: X0 X A; dst: X0 X Y] (live: U16) plain;
            /// Goes back to a position.
            MatchSetPosition "bs_set_position" [context: X0 X A; position: X0 X A] () plain;
            /// `dst :=` an integer of `size * unit` bits
            MatchInteger "bs_get_integer" [context: X0 X A; size: I A; dst: X0 X Y] (fail: Label, live: U16, unit: U16, flags: U16) plain;
            /// `dst :=` a float
            MatchFloat "bs_get_float" [context: A; size: A; dst: X0 X Y] (fail: Label, live: U16, unit: U16, flags: U16) plain;
            /// `dst :=` a binary of `size * unit` bits, or all that is left when `size` is the atom `all`
            MatchBinary "bs_get_binary" [context: X0 X A; size: I A; dst: X0 X Y] (fail: Label, live: U16, unit: U16, flags: U16) plain;
            /// Skips `size * unit` bits.
            MatchSkip "bs_skip_bits" [context: A; size: A] (fail: Label, unit: U16) plain;
            /// At least so many bits are left, and what is left beyond them is a multiple of `unit`.
            MatchEnsure "bs_ensure" [context: X0 X A] (fail: Label, bits: U32, unit: U16) plain;
            /// The next bits, at most 64, are those of a number.
            MatchEqual "bs_match_equal" [context: X0 X A] (fail: Label, bits: U16, value: Pointer) plain;
            /// The bits left are a multiple of `unit`.
            MatchTestUnit "bs_test_unit" [context: X0 X A] (fail: Label, unit: U16) plain;
            /// Exactly so many bits are left.
            MatchTestTail "bs_test_tail" [context: X0 X A] (fail: Label, bits: U32) plain;
            /// The next bits are those at `bytes`.
            MatchString "bs_match_string" [context: A] (fail: Label, bits: U32, bytes: Pointer) plain;
            /// `dst :=` a code point in the encoding that `flags` names: 8, 16 or 32, with its endianness
            MatchUtf "bs_get_utf" [context: X0 X A; dst: X0 X Y] (fail: Label, width: U16, flags: U16) plain;
            /// Skips such a code point.
            MatchSkipUtf "bs_skip_utf" [context: A] (fail: Label, width: U16, flags: U16) plain;
            /// As `bs_ensure` for more bits than fit there; with 0 for `unit`, exactly so many.
            MatchEnsureLarge "bs_ensure_large" [context: A] (fail: Label, unit: U16, bits: Pointer) plain;
            /// Takes the next `total` bits, at most 64, where at least `least` are left, and what is left beyond those is a
            /// multiple of `unit`, or nothing when that is 0. The list holds `count` fields of two words, see
            /// `bits::FieldKind`.
            MatchFields "bs_get_fields" [context: X0 X A] (fail: Label, least: U32, unit: U16, total: U16, count: U32) list;
            /// `dst :=` the `total` bits, at most 64, of the fields in the list, two words each (see `bits::FieldKind`), alone or
            /// behind `start`, as `how` says with the number of a `bits::SegmentKind`; `start` has whole units. What is as usual
            /// is done, passing over the next `skip` bytes, where `bs_create_bin` stands for all else.
            CreateFields "bs_create_fields" [start: X0 X Y A; dst: X0 X Y] (skip: U32, words: U32, live: U16, how: U16, unit: U16, total: U16, count: U32) list;
            /// `dst :=` a bit string of `count` segments, three words each, see `bits::SegmentKind`; then `words` of
            /// heap are free. `unit` is that of the result; with 0 for it, what fails is not explained.
            CreateBinary "bs_create_bin" [dst: X0 X Y] (fail: Label, live: U16, words: U32, unit: U16, count: U32) list;
            /// `dst := a + b * unit`, sizes of bit strings
            AddSizes "bs_add" [a: A; b: A; dst: X0 X Y] (fail: Label, unit: U16) plain;
            /// `dst :=` the bytes that a code point takes in UTF-8 or UTF-16
            UtfSize "bs_utf_size" [src: A; dst: X0 X Y] (width: U16) plain;
            /// `x0 :=` an empty binary that can be appended to, with room for x0 bits
            InitWritable "bs_init_writable" [] () plain;

            // Records and the rest.
            /// `dst :=` a copy of the tuple `src`, which must have this size, with the elements of the list, two by
            /// two: index, counted from 1, as a small integer, and value. Checked.
            UpdateRecord "update_record" [src: A; dst: X0 X Y] (size: U32, count: U32) list;

            // Instructions of the runtime itself, never in a module.
            /// The return address below the first frame: the process ends normally.
            ProcessEnd "process_end" [] () plain;
            /// The return address below frames that stand in another stack segment.
            Underflow "underflow" [] () plain;
            /// Raises the exception that stands in the process.
            RaiseSaved "raise_saved" [] () plain;
        }
    };
}

/// How a varied operand stands in an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Form {
    /// X register 0, which is a machine register: no bytes.
    X0,
    /// Another X register: its number in two bytes.
    X,
    /// A Y register: its number in two bytes.
    Y,
    /// An immediate term that fits four bytes when they are extended with their sign.
    I,
    /// A whole word: an immediate, or a literal.
    C,
    /// Anything: a word that is a term, or a register as [`encode_register`] writes it.
    A,
    /// A frame without registers.
    S0,
    /// A frame of one register; its size is known to the handler and takes no bytes, as for the next seven.
    S1,
    /// Two registers.
    S2,
    /// Three registers.
    S3,
    /// Four registers.
    S4,
    /// Five registers.
    S5,
    /// Six registers.
    S6,
    /// Seven registers.
    S7,
    /// Eight registers.
    S8,
    /// A frame whose size stands in two bytes.
    SN,
}

impl Form {
    /// How many bytes the operand takes.
    pub const fn bytes(self) -> usize {
        match self {
            Form::X | Form::Y | Form::SN => 2,
            Form::I => 4,
            Form::C | Form::A => 8,
            _ => 0,
        }
    }
}

/// How a fixed operand stands in an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fixed {
    /// A number of at most 65535.
    U16,
    /// A number of 32 bits.
    U32,
    /// A place in the same module: signed distance in bytes from the start of the instruction; 0 for none.
    Label,
    /// The absolute address of an instruction.
    Code,
    /// The absolute address of something else, or a whole word.
    Pointer,
}

impl Fixed {
    /// How many bytes the operand takes.
    pub const fn bytes(self) -> usize {
        match self {
            Fixed::U16 => 2,
            Fixed::U32 | Fixed::Label => 4,
            Fixed::Code | Fixed::Pointer => 8,
        }
    }
}

/// In place of a number of live X registers: which ones hold values is not known.
pub const LIVE_UNKNOWN: u16 = u16::MAX;

/// A register as an operand of form [`Form::A`]: no term has its low bits.
pub const fn encode_register(y: bool, number: u16) -> u64 {
    (number as u64) << 4 | (y as u64) << 3 | 7
}

/// The name and the forms of one varied operand.
pub struct Varied {
    /// As the table calls it.
    pub name: &'static str,
    /// The forms that have handlers, cheapest first.
    pub forms: &'static [Form],
}

/// All that the table tells of one instruction.
pub struct Signature {
    /// As the disassembler prints it.
    pub text: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The varied operands.
    pub varied: &'static [Varied],
    /// Names and kinds of the fixed operands.
    pub fixed: &'static [(&'static str, Fixed)],
    /// Whether a list of words follows.
    pub list: bool,
}

macro_rules! declare {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal
        [$($operand:ident : $($form:ident)+);*] ($($field:ident : $kind:ident),*) $list:ident;)*) => {
        /// The specific instructions.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        pub enum Specific { $($(#[doc = $doc])+ $name),* }

        impl Specific {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Specific] = &[$(Specific::$name),*];

            /// What the table tells of it.
            pub const fn signature(self) -> &'static Signature {
                match self {
                    $(Specific::$name => &Signature {
                        text: $text,
                        doc: concat!($($doc),+),
                        varied: &[$(Varied {
                            name: stringify!($operand),
                            forms: &[$(Form::$form),+],
                        }),*],
                        fixed: &[$((stringify!($field), Fixed::$kind)),*],
                        list: declare!(@list $list),
                    }),*
                }
            }
        }
    };
    (@list list) => { true };
    (@list plain) => { false };
}

for_each_specific!(declare);

impl Specific {
    /// Whether the instruction guesses, and so may be counted: it takes another form after what it has seen, or remembers where
    /// something stood. As lowering chooses them, that is, in their first forms.
    pub const fn guesses(self) -> bool {
        use Specific as S;
        matches!(
            self,
            S::Add
                | S::Subtract
                | S::Multiply
                | S::IsLess
                | S::IsAtLeast
                | S::PutMapAssoc
                | S::PutMapExact
                | S::GetMapElement
                | S::GetMapElements
        )
    }

    /// The size of an instruction with operands of these forms, in bytes, without its list.
    pub fn size(self, forms: &[Form]) -> usize {
        let fixed: usize = self.signature().fixed.iter().map(|(_, kind)| kind.bytes()).sum();
        let varied: usize = forms.iter().map(|form| form.bytes()).sum();
        (8 + varied + fixed).next_multiple_of(8)
    }
}
