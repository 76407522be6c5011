%% Where modules are looked for and where they came from.
-module(code_paths).
-export([main/1]).

main(_) ->
    P = fun(X) -> io:format("~0p~n", [X]) end,
    P([base(code:which(string)), code:which(erlang), code:which(not_there), code:is_loaded(not_there), code:is_loaded(erlang),
       base(code:which(?MODULE)), element(1, code:is_loaded(?MODULE))]),
    P([base(code:lib_dir(stdlib)), code:lib_dir(not_there), code:priv_dir(not_there), base(code:lib_dir()),
       code:lib_dir("stdlib") =:= code:lib_dir(stdlib), code:lib_dir(stdlib, ebin) =:= code:lib_dir(stdlib) ++ "/ebin",
       code:priv_dir(stdlib) =:= code:lib_dir(stdlib) ++ "/priv", code:lib_dir() =:= code:root_dir() ++ "/lib"]),
    {string, Bytes, File} = code:get_object_code(string),
    P([byte_size(Bytes) > 1000, base(File), File =:= code:which(string), code:get_object_code(not_there)]),
    P(paths()),
    P(here()),
    P([base(code:where_is_file("string.beam")), code:where_is_file("not_there.beam"), code:load_abs("/not_there"), code:load_file(not_there),
       code:ensure_loaded(not_there), code:ensure_loaded(string), code:ensure_modules_loaded([string, not_there]), code:get_mode()]),
    P([base(element(2, lists:keyfind(?MODULE, 1, code:all_loaded()))), length(lists:ukeysort(1, code:all_loaded())) =:= length(code:all_loaded())]),
    {queue, Queue, _} = code:get_object_code(queue),
    logger:set_primary_config(level, none),
    {module, queue} = code:ensure_loaded(queue),
    P([code:is_sticky(queue), code:is_sticky(?MODULE), code:is_sticky(not_there), code:load_binary(queue, "some/file.beam", Queue), code:load_file(queue),
       base(code:which(queue)), code:unstick_mod(queue), code:is_sticky(queue)]),
    P([lists:member(".", code:get_path()), code:load_binary(queue, an_atom, Queue), code:which(queue), code:is_loaded(queue), code:purge(queue)]),
    P([code:load_binary(queue, "some/file.beam", Queue), code:which(queue), code:is_loaded(queue), code:load_file(queue), base(code:which(queue)),
       code:purge(queue), code:stick_mod(queue), code:is_sticky(queue)]),
    P([code:module_md5(Queue) =:= queue:module_info(md5), code:module_md5(<<"no module">>), erts_internal:beamfile_module_md5(Queue) =:= queue:module_info(md5)]),
    P([is_binary(erts_internal:beamfile_chunk(Queue, "Code")), erts_internal:beamfile_chunk(Queue, "Nope"), erts_internal:beamfile_chunk(<<>>, "Code"),
       try erts_internal:beamfile_chunk(Queue, "Cod") catch error:R -> R end]).

%% The path has the directory in which the program is, wherever that has gone.
here() ->
    {ok, Before} = file:get_cwd(),
    Directory = filename:join(os:getenv("TMPDIR", "/tmp"), "code_paths_" ++ os:getpid()),
    ok = file:make_dir(Directory),
    {ok, versions_here, Code} = compile:forms([{attribute, 1, module, versions_here}, {attribute, 1, export, [{f, 0}]},
        {function, 1, f, 0, [{clause, 1, [], [], [{atom, 1, here}]}]}]),
    ok = file:write_file(filename:join(Directory, "versions_here.beam"), Code),
    Before_it = code:which(versions_here),
    ok = file:set_cwd(Directory),
    {versions_here, Code, File} = code:get_object_code(versions_here),
    There = filename:join(Directory, "versions_here.beam"),
    Found = [Before_it, code:which(versions_here), code:where_is_file("versions_here.beam"), File =:= There, versions_here:f(),
             code:which(versions_here) =:= There, code:add_patha("."), code:add_pathz("not_there"), code:load_abs("versions_here"),
             code:which(versions_here) =:= There, code:load_abs("not_there"), code:load_abs("versions_here", versions_here)],
    ok = file:set_cwd(Before),
    ok = file:del_dir_r(Directory),
    Found.

paths() ->
    Before = code:get_path(),
    Steps = [code:add_path("/usr"), code:add_patha("/not_there"), code:add_pathz("/tmp"), lists:last(code:get_path()), code:del_path("/usr"),
             code:del_path("/usr"), code:add_patha("/tmp"), hd(code:get_path()), code:add_paths(["/usr", "/not_there"]),
             code:add_pathsa(["/usr", "/tmp"]), lists:sublist(code:get_path(), 2), code:set_path(["/not_there"]), code:set_path(["/tmp"]),
             code:get_path(), code:which(sofs), code:set_path(Before)],
    Steps ++ [code:get_path() =:= Before, base(code:which(sofs))].

base(Name) when is_list(Name) -> hd(string:split(filename:basename(Name), "-"));
base(Other) -> Other.
